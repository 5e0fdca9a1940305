/**
 * Access (gateway/sources/mqtt/access): who may connect, publish and subscribe. Users and rights come from the
 * configuration. No message is read or kept here.
 */
import type { AuthenticateError, Client, ConnectPacket } from 'aedes';
import type { BrokerConfig } from '../config.ts';
import { CatchingUp } from '../connection/catching-up.ts';
import type { ConnectedClient, Connection } from '../connection/connection.ts';
import { ConnectionRefusal } from '../connection-refusal.ts';
import type { ConnectAsked, Mqtt5 } from '../mqtt5/mqtt5.ts';
import type { PublishPacket } from '../packet.ts';
import type { Rights } from '../rights.ts';
import { RetainedDelivery } from '../sessions/retained/retained-delivery.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Credentials } from './credentials.ts';
import { type Grants, rightsOf } from './grants.ts';

const clientIdLengthMax = 128;

/** The parts of the persistence that are needed here. */
interface Kept {
  sessions: Sessions;
  wills: { admits(clientId: string, user: string, will: PublishPacket): boolean };
}

interface AdmissionEvents {
  /** A client connects while another connection with its id is open. */
  takenOver(client: ConnectedClient, earlier: Connection): void;
  /** A client connects and wants no session of before; `earlier` is a connection of that which has not ended. */
  startsClean(clientId: string, earlier: Connection | undefined): void;
}

const willLimitText = (user: string) =>
  `the wills of user ${user} take as much space as one user may have (broker.willBytesMax, shared out among the users that have some)`;

type Opened = ReturnType<Sessions['open']>;

/** The user of a local program that gives no name, if the configuration admits it. No configured user can have this name. */
const anonymousUser = '(anonymous)';
const noGrants: Grants = { publish: [], subscribe: [] };

/**
 * Decides which clients may connect, and with which client id. A client id belongs to the user of its open connection
 * or kept session.
 */
export class Admission {
  private readonly live = new Map<string, Connection>();
  private readonly credentials: Credentials;
  private readonly sessions: Sessions;
  private readonly wills: Kept['wills'];
  private readonly anonymous: BrokerConfig['anonymous'];
  private readonly anonymousGrants: Grants;
  private readonly events: AdmissionEvents;

  constructor(
    credentials: Credentials,
    { sessions, wills }: Kept,
    { anonymous, telemetryFilters }: Pick<BrokerConfig, 'anonymous' | 'telemetryFilters'>,
    events: AdmissionEvents,
  ) {
    this.events = events;
    this.credentials = credentials;
    this.sessions = sessions;
    this.wills = wills;
    this.anonymous = anonymous;
    this.anonymousGrants = { publish: telemetryFilters, subscribe: telemetryFilters };
  }

  isConnected(clientId: string): boolean {
    return this.live.has(clientId);
  }

  /**
   * The rights of a user as they are now: none if the account is gone. Connections that are open, and wills that were left before,
   * are held to them too.
   */
  rightsNow(user: string, clientId: string): Rights {
    if (user === anonymousUser) {
      const isAdmitted = this.anonymous === 'loopback';
      return rightsOf(isAdmitted ? this.anonymousGrants : noGrants, user, clientId);
    }
    return rightsOf(this.credentials.find(user) ?? noGrants, user, clientId);
  }

  /** False if another connection with its client id has been opened since. */
  release(clientId: string, connection: Connection): boolean {
    const isLatest = this.live.get(clientId) === connection;
    if (isLatest) this.live.delete(clientId);
    return isLatest;
  }

  /** Aedes' preConnect: records the fields of CONNECT that Aedes does not pass to `authenticate`. */
  readonly preConnect = (
    client: Client,
    packet: ConnectPacket,
    callback: (error: Error | null, go: boolean) => void,
  ): void => {
    const { connection } = client as ConnectedClient;
    connection.namelessClient = packet.clientId === '';
    connection.forwards = (packet as { bridgeMode?: boolean }).bridgeMode === true;
    connection.will = (packet.will as PublishPacket | undefined) ?? null;
    connection.v5?.connect(packet as ConnectAsked);
    connection.keepaliveMs = (packet.keepalive ?? 0) * 1_000;
    packet.keepalive = 0; // Connections checks it: Aedes would reset a timer at every packet, and drop paused clients
    callback(null, true);
  };

  /** Aedes' authenticate. */
  readonly authenticate = (
    client: Client,
    name: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): void => {
    this.admit(client as ConnectedClient, name, password).then(
      () => done(null, true),
      (error) => {
        const refusal =
          error instanceof ConnectionRefusal ? error : new ConnectionRefusal('busy', String(error), 3);
        const { connection } = client as ConnectedClient;
        // Aedes knows few reason codes, so a client of MQTT 5 is answered by its connection.
        if (connection.v5) connection.drop(refusal.reason, refusal.message, refusal.reasonCode);
        else done(refusal as unknown as AuthenticateError, null);
      },
    );
  };

  /** @throws ConnectionRefusal, with the return code for CONNACK */
  private async admit(
    client: ConnectedClient,
    name: string | undefined,
    password: Buffer | undefined,
  ): Promise<void> {
    const { id, connection } = client;
    if (connection.namelessClient && !client.clean && !connection.v5) {
      throw new ConnectionRefusal('client-id', 'a session that is to be kept needs a client id', 2);
    }
    if (id.length > clientIdLengthMax || hasControlCharacter(id)) {
      throw new ConnectionRefusal(
        'client-id',
        `client ids have up to ${clientIdLengthMax} printable characters`,
        2,
      );
    }
    const user = await this.userOf(connection, name, password);
    const rights = this.rightsNow(user, id);
    if (user !== anonymousUser && !this.credentials.find(user))
      throw new ConnectionRefusal('account', `the account of user '${user}' was revoked while it signed in`);
    const will = connection.will?.topic ?? null;
    if (will !== null && (will === '' || /[+#]/.test(will) || !rights.mayPublish(will))) {
      const bridge = will.startsWith('$SYS/broker/connection/');
      const hint = bridge
        ? '; it is a Mosquitto bridge, which needs `notifications false` in its configuration'
        : '';
      throw new ConnectionRefusal('will', `no right to leave a will on ${will.slice(0, 200)}${hint}`);
    }
    if (client.closed) return; // it disconnected while its password was checked
    this.claim(client, rights);
  }

  private async userOf(
    connection: Connection,
    name: string | undefined,
    password: Buffer | undefined,
  ): Promise<string> {
    const { local, address, certificate } = connection.origin;
    if (certificate && password === undefined)
      return this.credentials.checkCertificate(certificate, name).name;
    if (name === undefined && this.anonymous === 'loopback' && local) return anonymousUser;
    if (name === undefined || password === undefined) {
      throw new ConnectionRefusal('credentials', 'a user name and a password are needed', 4);
    }
    return (await this.credentials.check(name, password, address)).name;
  }

  private openSession(client: ConnectedClient, user: string): Opened {
    const { v5 } = client.connection;
    if (v5) return openSession5(this.sessions, client, v5, user);
    return client.clean ? 'opened' : this.sessions.open(client.id, user);
  }

  private claim(client: ConnectedClient, rights: Rights): void {
    const { id, connection } = client;
    const earlier = this.live.get(id);
    const holder = earlier?.rights?.user ?? this.sessions.ownerOf(id);
    const { will } = connection;
    connection.will = null;
    if (will && !this.wills.admits(id, rights.user, will))
      throw new ConnectionRefusal('will-limit', willLimitText(rights.user), 3);
    const isOthers = holder !== undefined && holder !== rights.user;
    const startsClean = connection.v5?.cleanStart ?? client.clean;
    const opened = isOthers ? 'other-user' : this.openSession(client, rights.user);
    if (opened === 'other-user') {
      throw new ConnectionRefusal('client-id', `client id ${id} belongs to another user`, 2);
    }
    if (opened === 'full') {
      const message =
        `user ${rights.user} has as many kept sessions as one user may (broker.sessionsMax, shared out among the users ` +
        'that have some): end those of clients that are gone (`harbinger sessions list`), or raise it';
      throw new ConnectionRefusal('session-limit', message, 3);
    }
    if (!client.clean) {
      connection.catchingUp = new CatchingUp(client, connection.v5?.outgoing);
      const qosOf = (topic: string) => connection.granted.grantOf(topic)?.qos ?? 2;
      connection.catchingUp.retained = new RetainedDelivery(client, this.sessions, qosOf);
      this.sessions.number(client);
    }
    connection.rights = rights;
    connection.origin.signedIn();
    this.live.set(id, connection);
    if (startsClean) this.events.startsClean(id, earlier);
    if (earlier && !earlier.closed) this.events.takenOver(client, earlier);
  }
}

/** With MQTT 5, whether a session is resumed and whether it is kept are two questions. */
function openSession5(sessions: Sessions, client: ConnectedClient, v5: Mqtt5, user: string): Opened {
  const { id } = client;
  const isKnown = !v5.cleanStart && sessions.ownerOf(id) !== undefined;
  const expiryS = client.sessionExpiryInterval;
  v5.keepsSession = isKnown || expiryS > 0;
  client.clean = !v5.keepsSession;
  if (client.clean) return 'opened';
  if (v5.cleanStart) void sessions.drop(id);
  return sessions.open(id, user, expiryS);
}

function hasControlCharacter(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the function searches for control characters
  return /[\u0000-\u001f\u007f-\u009f]/.test(text);
}
