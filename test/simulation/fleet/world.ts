/**
 * A simulated fleet (test/simulation/fleet): the product's own code of both sides, cloud/fleet and gateway/fleet, on one simulated
 * clock, between disks that can be put back and links that lose and double messages. Events are delivered as the journal does:
 * in order, at least once. The rest of the product is in the simulation above this folder.
 */
import { Fleet as CloudFleet } from '../../../cloud/fleet/fleet.ts';
import { fleetKinds } from '../../../cloud/fleet/kinds/kinds.ts';
import { Fleet as GatewayFleet } from '../../../gateway/fleet/fleet.ts';
import type { FleetContent } from '../../../gateway/fleet/fleet-file.ts';
import { Overrides } from '../../../gateway/fleet/kinds/overrides/part.ts';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import { type DesiredDocument, keyOf } from '../../../shared/contract/fleet/documents.ts';
import { encodeCloudSays, parseGatewaySays } from '../../../shared/contract/fleet/exchange.ts';
import type { DocumentReported } from '../../../shared/contract/fleet/reported.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import { type CloudContent, Disk, fileOn, newCloud, storeOn } from './disk.ts';
import { Process } from './process.ts';

const gatewayNames = ['north', 'south'];

export class World {
  readonly clock = manualClock();
  readonly problems: string[] = [];
  readonly cloud: Cloud;
  readonly gateways: Gateway[];
  /** Every document that was ever issued, by key and version, so that none is followed that nobody has asked for. */
  readonly issued = new Map<string, string>();
  readonly random: Random;

  constructor(random: Random) {
    this.random = random;
    this.cloud = new Cloud(this);
    this.gateways = gatewayNames.map((name) => new Gateway(this, name));
    for (const gateway of this.gateways) gateway.start();
  }

  pass(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  broken(what: string): void {
    this.problems.push(`${this.clock.monotonicMs()}: ${what}`);
  }
}

class Cloud {
  readonly wall = { offsetMs: 0 };
  readonly disk: Disk<CloudContent> = new Disk(newCloud());
  readonly world: World;
  process: Process | null = null;
  fleet: CloudFleet | null = null;

  constructor(world: World) {
    this.world = world;
    this.start();
  }

  start(): void {
    if (this.process) return;
    const { clock, random } = this.world;
    const process = new Process(clock, this.wall, random);
    const store = storeOn(this.disk, process);
    const put = store.put.bind(store);
    store.put = (documents) => {
      for (const document of documents)
        this.world.issued.set(`${keyOf(document)} ${document.version}`, JSON.stringify(document));
      return put(documents);
    };
    const isConnected = (name: string) =>
      this.world.gateways.some((gateway) => gateway.name === name && gateway.isLinked);
    const of = (gateway: string) =>
      ({ gateway, isConnected: isConnected(gateway), heardMs: 1, state: 'heard' }) as never;
    const deps = { store, kinds: fleetKinds, gateways: gatewayNames, contacts: { of } };
    const fleet = new CloudFleet({ ...deps, clock: process.clock, random, log: silentLog });
    fleet.onChange((gateway, document) => {
      const says = { timeMs: process.clock.nowMs(), documents: [document], want: [], retell: [] };
      for (const each of this.world.gateways)
        if (gateway === null || gateway === each.name)
          for (const message of encodeCloudSays(says)) each.hear(message);
    });
    void fleet.start();
    this.process = process;
    this.fleet = fleet;
  }

  kill(): void {
    if (this.process) this.process.isAlive = false;
    this.process = null;
    this.fleet = null;
    for (const gateway of this.world.gateways) gateway.cut();
  }

  /** The sink: an event is applied once, in one transaction. */
  apply(gateway: string, event: HarbingerEvent): void {
    const { kind, name, gateway: only, version, state } = event.data as DocumentReported;
    const key = keyOf({ kind, name, ...(only !== undefined && { gateway: only }) });
    const atMs = Date.parse(event.time);
    this.disk.content.reported[`${gateway} ${key}`] = { gateway, version, state, atMs };
  }
}

class Gateway {
  readonly name: string;
  readonly wall = { offsetMs: 0 };
  readonly disk = new Disk<FleetContent | null>(null);
  readonly world: World;
  process: Process | null = null;
  overrides = new Overrides();
  followed: readonly DesiredDocument[] = [];
  isLinked = false;
  /** A link that is cut and made again is another one: what was under way on the old one is lost. */
  private link = 0;
  private fleet: GatewayFleet | null = null;
  /** Durable: events that the cloud has not confirmed. */
  private journal: HarbingerEvent[] = [];

  constructor(world: World, name: string) {
    this.world = world;
    this.name = name;
  }

  start(): void {
    if (this.process) return;
    const { clock, random } = this.world;
    const process = new Process(clock, this.wall, random);
    this.overrides = new Overrides();
    this.followed = [];
    const apply = this.overrides.apply.bind(this.overrides);
    this.overrides.apply = (documents) => {
      this.follow(documents);
      apply(documents);
    };
    this.fleet = new GatewayFleet({
      gateway: this.name,
      file: fileOn(this.disk, process),
      kinds: [this.overrides],
      outbox: {
        event: async (event) => {
          await process.wait(1 + process.draw() * 5);
          this.journal.push(event);
          this.deliver();
        },
      },
      say: (message) => this.say(message),
      clock: process.clock,
      log: silentLog,
    });
    this.process = process;
    this.fleet.load();
    void this.fleet.start();
  }

  kill(): void {
    if (this.process) this.process.isAlive = false;
    this.process = null;
    this.fleet = null;
    this.cut();
  }

  connect(): void {
    if (this.isLinked || !this.process || !this.world.cloud.process) return;
    this.isLinked = true;
    this.link++;
    this.fleet?.heard(null);
    this.deliver();
  }

  cut(): void {
    this.isLinked = false;
  }

  /** A message of the cloud. */
  hear(message: Buffer): void {
    this.carry(() => this.fleet?.heard(message));
  }

  private say(message: Buffer): void {
    this.carry(() => {
      const { fleet, process } = this.world.cloud;
      const said = parseGatewaySays(message);
      if (!fleet || !said) return;
      void fleet.answer(this.name, said).then((says) => {
        if (process?.isAlive) for (const each of encodeCloudSays(says)) this.hear(each);
      });
    });
  }

  private deliver(): void {
    const waiting = [...this.journal];
    this.carry(() => {
      for (const event of waiting) this.world.cloud.apply(this.name, event);
      this.journal = this.journal.filter((event) => !waiting.includes(event));
    });
  }

  /** Messages arrive in order on a link, one time or two, or never. */
  private carry(arrive: () => void): void {
    if (!this.isLinked) return;
    const { link } = this;
    const times = this.world.random.next() < 0.1 ? 2 : 1;
    for (let i = 0; i < times; i++)
      this.world.clock.setTimer(10 * (i + 1), () => {
        if (this.isLinked && link === this.link) arrive();
      });
  }

  private follow(documents: readonly DesiredDocument[]): void {
    this.followed = documents;
    const kept = new Set(this.disk.content?.documents.map((each) => `${keyOf(each)} ${each.version}`));
    for (const document of documents) {
      const id = `${keyOf(document)} ${document.version}`;
      if (!kept.has(id)) this.world.broken(`${this.name} follows ${id}, which is not on its disk`);
      if (this.world.issued.get(id) !== JSON.stringify(document))
        this.world.broken(`${this.name} follows ${id} otherwise than it was issued`);
    }
  }
}
