/**
 * The fleet (cloud/fleet): what people want of gateways, as documents, and how it stands there. This file takes what people ask
 * for, and agrees with each gateway on what it has (shared/contract/fleet/exchange.ts). It knows nothing of what kinds of
 * documents mean; a kind is a folder in kinds/. The way down is receive/downlink.ts, and what is kept is in operations/fleet.
 */
import {
  type DesiredDocument,
  type DocumentName,
  documentLimits,
  isSealed,
  keyOf,
  nameOfKey,
  shownBody,
} from '../../shared/contract/fleet/documents.ts';
import type { CloudSays, GatewaySays, HeldEntry } from '../../shared/contract/fleet/exchange.ts';
import { type Clock, every, type Timer } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { Exclusive } from '../../shared/runtime/order/exclusive.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { GatewayContacts } from '../ports/contacts/contacts.ts';
import type {
  Asked,
  ComparedAt,
  FiguresAt,
  FleetAdmin,
  FleetExchange,
  FleetFigures,
  FleetStore,
  ShownDocument,
} from '../ports/fleet/fleet.ts';
import { checkedAsked } from './asked.ts';
import type { FleetKind } from './kind.ts';
import { standingOf } from './standing.ts';
import { isFor, Versions } from './versions.ts';

/** Documents that are over are shown for so long, and removed then. */
const overMsMax = 7 * 86_400_000;
const tidyMs = 3_600_000;
/** A version that is farther ahead of the time is nobody's. */
const aheadMsMax = 10 * 366 * 86_400_000;

export interface FleetDeps {
  store: FleetStore;
  kinds: readonly FleetKind[];
  /** The gateways that may connect. */
  gateways: readonly string[];
  contacts: Pick<GatewayContacts, 'of'>;
  clock: Clock;
  random: Random;
  log: Log;
}

type Listener = (gateway: string | null, document: DesiredDocument) => void;

export class Fleet implements FleetAdmin, FleetExchange, FleetFigures {
  private readonly deps: FleetDeps;
  private readonly listeners = new Set<Listener>();
  private readonly exclusive = new Exclusive();
  /** One for each gateway that may connect. */
  private readonly figures = new Map<string, FiguresAt>();
  private tidying: Timer | null = null;
  private readonly versions: Versions;

  constructor(deps: FleetDeps) {
    this.deps = deps;
    this.versions = new Versions(deps);
  }

  async start(): Promise<void> {
    this.tidying = every(this.deps.clock, tidyMs, () => void this.tidy());
  }

  async stop(): Promise<void> {
    this.tidying?.cancel();
  }

  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  kinds(): { kind: string; about: string }[] {
    return this.deps.kinds.map(({ kind, about }) => ({ kind, about }));
  }

  list(kind?: string): ShownDocument[] {
    return this.live()
      .filter((document) => kind === undefined || document.kind === kind)
      .sort((a, b) => b.version - a.version)
      .map((document) => this.shown(document));
  }

  wanted(kind: string): DesiredDocument[] {
    const nowMs = this.deps.clock.nowMs();
    return this.live()
      .filter((each) => each.kind === kind && (each.untilMs === undefined || each.untilMs > nowMs))
      .sort((a, b) => b.version - a.version);
  }

  compared(): ComparedAt[] {
    return this.deps.store.compared();
  }

  set({ inPlaceOf, ...asked }: Asked): Promise<ShownDocument> {
    return this.exclusive.run(async () => {
      const { kinds, gateways, clock, store } = this.deps;
      const content = checkedAsked(asked, { kinds, gateways, nowMs: clock.nowMs() });
      const known = store.get(keyOf(content));
      refuseChanged(keyOf(content), known, inPlaceOf);
      if (!known || known.removed) this.refuseTooMany(content.gateway);
      const document = this.versions.issued(content);
      await this.put([document]);
      return this.shown(document);
    });
  }

  remove(
    name: DocumentName,
    { who, why, inPlaceOf }: { who: string; why: string; inPlaceOf?: number },
  ): Promise<void> {
    return this.exclusive.run(async () => {
      const known = this.deps.store.get(keyOf(name));
      refuseChanged(keyOf(name), known, inPlaceOf);
      if (!known || known.removed)
        throw new HarbingerError(
          'FLEET_NOT_WANTED',
          'fleet',
          `there is no '${keyOf(name)}'; see harbinger fleet list`,
        );
      await this.put([this.versions.issued(removalOf(name, who, why))]);
    });
  }

  figuresOf(gateway: string): FiguresAt | null {
    return this.figures.get(gateway) ?? null;
  }

  answer(gateway: string, { have, documents, figures }: GatewaySays): Promise<CloudSays> {
    const { clock, log } = this.deps;
    if (figures) this.figures.set(gateway, { ...figures, atMs: clock.nowMs() });
    return this.exclusive.run(async () => {
      this.versions.hear(gateway, have);
      try {
        await this.takeBack(gateway, documents);
        await this.outbid(gateway, have, documents);
      } catch (error) {
        log.warn(
          { gateway, problem: messageOf(error) },
          'what a gateway brings back cannot be kept; it is asked again',
        );
      }
      return { timeMs: clock.nowMs(), ...this.difference(gateway, have) };
    });
  }

  /** Returns what a gateway needs to have what is wanted of it. */
  private difference(gateway: string, have: readonly HeldEntry[]): Omit<CloudSays, 'timeMs'> {
    const { store } = this.deps;
    const held = new Map(have.map(([key, version, state]) => [key, { version, state }]));
    const says = { documents: [] as DesiredDocument[], want: [] as string[], retell: [] as string[] };
    for (const document of store.all()) {
      if (!isFor(gateway, document)) continue;
      const { version = 0 } = held.get(keyOf(document)) ?? {};
      if (version < document.version && (version > 0 || !document.removed)) says.documents.push(document);
    }
    for (const [key, { version, state }] of held) {
      const name = nameOfKey(key);
      if (!name || !isFor(gateway, name)) continue;
      const document = store.get(key);
      if (document ? document.version < version : state !== 'removed') says.want.push(key);
      const told = store.reported(key).find((each) => each.gateway === gateway);
      if (document && (told?.version !== version || told.state !== state)) says.retell.push(key);
    }
    return says;
  }

  /** Takes documents that this cloud has issued, and does not know, or not so new: it was put back to an older state. */
  private async takeBack(gateway: string, documents: readonly DesiredDocument[]): Promise<void> {
    const { store, log } = this.deps;
    const lost = documents.filter((document) => {
      const known = store.get(keyOf(document));
      // One that people have asked for since this cloud was put back is meant, and outbids that of the gateway.
      if (known && known.askedMs > document.askedMs) return false;
      const { version = store.forgottenVersion } = known ?? {};
      return isFor(gateway, document) && isSealed(store.secret, document) && document.version > version;
    });
    if (lost.length === 0) return;
    await this.put(lost);
    log.warn(
      { code: 'FLEET_TAKEN_BACK', gateway, documents: lost.map(keyOf) },
      'a gateway knows newer documents than this cloud, which was put back to an older state; they are taken back',
    );
  }

  /** Gives the document that is wanted, or its removal, a newer version than one that a gateway has and nobody has issued. */
  private async outbid(
    gateway: string,
    have: readonly HeldEntry[],
    brought: readonly DesiredDocument[],
  ): Promise<void> {
    const { store, clock } = this.deps;
    const versions = new Map(have.map(([key, version]) => [key, version]));
    const newer: DesiredDocument[] = [];
    for (const document of brought) {
      const key = keyOf(document);
      const version = versions.get(key) ?? 0;
      const known = store.get(key);
      if (!isFor(gateway, document) || version <= (known?.version ?? 0)) continue;
      if (version > clock.nowMs() + aheadMsMax) continue;
      const name = { kind: document.kind, name: document.name, ...ofGateway(document) };
      const why = 'this cloud does not know of it';
      newer.push(this.versions.issued(known ?? removalOf(name, 'harbinger', why), version));
    }
    if (newer.length > 0) await this.put(newer);
  }

  private async put(documents: readonly DesiredDocument[]): Promise<void> {
    await this.deps.store.put(documents);
    for (const document of documents)
      for (const listener of this.listeners) listener(document.gateway ?? null, document);
  }

  private live(): DesiredDocument[] {
    return this.deps.store.all().filter(({ removed }) => !removed);
  }

  private shown({ seal: _, removed: __, ...document }: DesiredDocument): ShownDocument {
    const { store, kinds, gateways, contacts, clock } = this.deps;
    const nowMs = clock.nowMs();
    const reported = store.reported(keyOf(document));
    const concerned = document.gateway === undefined ? gateways : [document.gateway];
    const standings = concerned.map((gateway) => {
      const report = reported.find((each) => each.gateway === gateway);
      return standingOf(gateway, { ...document, seal: '' }, report, { contact: contacts.of(gateway), nowMs });
    });
    const kind = kinds.find((each) => each.kind === document.kind);
    return {
      ...document,
      body: shownBody(document.body),
      text: kind?.text(document.body) ?? keyOf(document),
      isOver: document.untilMs !== undefined && document.untilMs <= nowMs,
      gateways: standings,
    };
  }

  private refuseTooMany(gateway: string | undefined): void {
    const { ofGatewayMax } = documentLimits;
    const live = this.live();
    const count = (of: string) => live.filter((document) => isFor(of, document)).length;
    const full = gateway === undefined ? live.length >= ofGatewayMax : count(gateway) >= ofGatewayMax;
    if (full)
      throw new HarbingerError(
        'FLEET_TOO_MANY',
        'fleet',
        `a gateway may have ${ofGatewayMax} documents to follow: remove some (harbinger fleet list), or set one for a whole site or type`,
      );
  }

  /** Removes what has been over for long. */
  private async tidy(): Promise<void> {
    const beforeMs = this.deps.clock.nowMs() - overMsMax;
    const over = this.live().filter(({ untilMs = Number.POSITIVE_INFINITY }) => untilMs < beforeMs);
    for (const document of over)
      await this.remove(document, {
        who: 'harbinger',
        why: 'it is over',
        inPlaceOf: document.version,
      }).catch(() => undefined);
  }
}

/** Somebody else may have changed or removed it since it was read. */
function refuseChanged(key: string, known: DesiredDocument | undefined, inPlaceOf: number | undefined) {
  if (inPlaceOf === undefined || (known && !known.removed && known.version === inPlaceOf)) return;
  const problem = `'${key}' was changed or removed meanwhile: look at it again, and ask again`;
  throw new HarbingerError('FLEET_CHANGED', 'fleet', problem);
}

const ofGateway = ({ gateway }: { gateway?: string }) => (gateway === undefined ? {} : { gateway });

function removalOf({ kind, name, gateway }: DocumentName, who: string, why: string) {
  return {
    kind,
    name,
    ...(gateway !== undefined && { gateway }),
    body: {},
    who,
    why,
    removed: true as const,
  };
}
