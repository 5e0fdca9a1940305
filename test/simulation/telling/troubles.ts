/** Lets happen what a schedule says: troubles of processes and links, deeds of people, and a twin. */
import { join } from 'node:path';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { World } from '../world/world.ts';
import type { Device } from './device.ts';
import type { Deed, Schedule, Trouble } from './schedule.ts';
import type { TellingCloud } from './site/cloud.ts';
import { type DataFolder, TellingGateway } from './site/gateway.ts';
import type { ToldBook } from './told.ts';

export interface Plant {
  world: World;
  cloud: TellingCloud;
  /** The first gateway, and its twin while there is one. */
  gateways: [TellingGateway, TellingGateway | null];
  devices: readonly Device[];
  folder: string;
  schedule: Schedule;
  told: ToldBook;
}

const who = { by: 'maria', address: '::1' };
const copyEveryMs = 60_000;

export class Troubles {
  private readonly plant: Plant;
  private readonly copies: { atMs: number; folder: DataFolder }[] = [];
  private isCalm = false;
  private deeds = 0;

  constructor(plant: Plant) {
    this.plant = plant;
  }

  plan(): void {
    const { world, schedule } = this.plant;
    for (const trouble of schedule.troubles) this.at(trouble.atMs, trouble.kind, () => this.begin(trouble));
    for (const deed of schedule.deeds)
      this.at(deed.atMs, `${deed.kind} ${deed.machine}`, () => {
        this.deeds++;
        this.act(deed)
          .catch((error) => this.plant.told.tell(`${deed.kind} failed: ${messageOf(error)}`))
          .finally(() => this.deeds--);
      });
    const { twin } = schedule;
    if (twin) {
      this.at(twin.fromMs, `twin ${twin.folder}`, () => this.beginTwin());
      world.after(twin.toMs, () => void this.endTwin());
    }
    for (const { plan } of this.plant.devices)
      if (plan.movesMs !== null) this.at(plan.movesMs, 'device moves', () => undefined);
    if (schedule.troubles.some(({ kind }) => kind === 'put-back')) this.copyLater();
  }

  /** Ends everything that still lasts. */
  async calm(): Promise<void> {
    this.isCalm = true;
    const { cloud, gateways } = this.plant;
    await this.endTwin();
    const [first] = gateways;
    first.wallOffsetMs = 0;
    first.line.isUp = true;
    cloud.start();
    first.start();
  }

  private at(atMs: number, name: string, work: () => void): void {
    const { world } = this.plant;
    world.after(atMs, () => {
      if (this.isCalm) return;
      this.plant.told.tell(`→ ${name}`);
      work();
    });
  }

  private begin(trouble: Trouble): void {
    const { world, cloud, gateways } = this.plant;
    if (trouble.kind === 'cloud-kill') {
      cloud.kill();
      world.after(trouble.forMs, () => cloud.start());
      return;
    }
    const gateway = gateways[trouble.gateway];
    if (!gateway) return;
    const startLater = () => world.after(trouble.forMs, () => this.startIfMeant(gateway));
    switch (trouble.kind) {
      case 'gateway-kill':
        gateway.kill();
        return void startLater();
      case 'gateway-restart':
        return void gateway.stop().then(startLater);
      case 'line-cut':
        gateway.line.isUp = false;
        gateway.line.cut();
        world.after(trouble.forMs, () => {
          gateway.line.isUp = true;
        });
        return;
      case 'clock-jump':
        gateway.wallOffsetMs += trouble.byMs;
        world.after(trouble.forMs, () => {
          if (!this.isCalm) gateway.wallOffsetMs -= trouble.byMs;
        });
        return;
      case 'put-back':
        gateway.kill();
        gateway.putBack(this.copyBefore(trouble.atMs - trouble.agoMs));
        return void startLater();
    }
  }

  /** The first gateway stays down while a twin runs in its place. */
  private startIfMeant(gateway: TellingGateway): void {
    const { twin } = this.plant.schedule;
    const isReplaced = twin?.isAlone && this.plant.gateways[1] !== null;
    if (gateway === this.plant.gateways[0] && isReplaced && !this.isCalm) return;
    gateway.start();
  }

  private copyLater(): void {
    const { world, gateways, folder } = this.plant;
    if (this.isCalm) return;
    const to = join(folder, `copy-${this.copies.length}`);
    this.copies.push({ atMs: world.nowMs, folder: gateways[0].backUp(to) });
    world.after(copyEveryMs, () => this.copyLater());
  }

  private copyBefore(atMs: number): DataFolder {
    return (this.copies.findLast((copy) => copy.atMs <= atMs) ?? this.copies[0]!).folder;
  }

  private beginTwin(): void {
    const { world, cloud, gateways, folder, schedule, devices } = this.plant;
    const twin = schedule.twin!;
    const [first] = gateways;
    const made = new TellingGateway({ world, cloud, folder: join(folder, 'twin') });
    if (twin.folder === 'copied') made.putBack(first.backUp(join(folder, 'for-twin')));
    if (twin.isAlone) first.kill();
    gateways[1] = made;
    made.start();
    for (const device of devices) if (device.plan.movesMs !== null) device.moveTo(1);
  }

  private async endTwin(): Promise<void> {
    const { gateways, devices } = this.plant;
    const [first, twin] = gateways;
    if (!twin) return;
    this.plant.told.tell('→ the twin ends');
    // Its journal is sent before it goes.
    gateways[1] = null;
    this.leaving = twin;
    for (const device of devices) device.moveTo(0);
    first.start();
  }

  /** A twin that has gone from its place, and still sends what it has. */
  leaving: TellingGateway | null = null;

  /** True while a person waits for what was asked for. */
  get isWaiting(): boolean {
    return this.deeds > 0;
  }

  private async act(deed: Deed): Promise<void> {
    const { cloud, gateways, world } = this.plant;
    const { machine } = deed;
    const at = { site: 'plant', machine };
    const running = gateways.find((gateway) => gateway?.isUp)?.running;
    const { state } = cloud;
    switch (deed.kind) {
      case 'close': {
        const open = state?.operations.alerts
          .all('open')
          .find((alert) => 'prediction' in alert && alert.prediction.machine === machine);
        if (open)
          await state!.operations.closing.close(open.alertId, { reason: 'seen', by: 'maria' }, open.gateway);
        return;
      }
      case 'replace':
        return this.say(machine, { state: 'replaced' });
      case 'retire':
        await running?.admin.retire([at]);
        await state?.operations.retirement.retire([{ gateway: 'north', ...at }]);
        return;
      case 'set-limits':
        await running?.watch.ownLimits.set(
          { ...at, sensor: 'vibration' },
          { warn: deed.warn, alarm: deed.alarm },
          who,
        );
        return;
      case 'clear-limits':
        await running?.watch.ownLimits.clear(at, who);
        return;
      case 'maintenance': {
        const nowMs = (gateways[0] as TellingGateway).receivedMs;
        await running?.watch.maintenance.set({ ...at, toMs: nowMs + deed.forMs }, who);
        return;
      }
      case 'mute':
      case 'rules': {
        const asked = { who: 'maria', why: 'a trial', untilMs: world.wallMs + deed.forMs };
        await state?.fleet.set({ kind: 'overrides', body: { ...at, action: deed.kind }, ...asked });
        return;
      }
      case 'unmute':
        await state?.fleet.remove(
          { kind: 'overrides', name: `mute:plant/${machine}` },
          { who: 'maria', why: 'done' },
        );
    }
  }

  private say(machine: string, content: Record<string, unknown>): void {
    const gateway = this.plant.gateways.find((each) => each?.isUp);
    const payload = Buffer.from(JSON.stringify(content));
    gateway?.accept(
      {
        ...{ topic: `lifecycle/plant/${machine}`, payload, receivedMs: gateway.receivedMs, resend: false },
        ...{ client: 'hmi', user: 'hmi', connection: this.plant.world.nextConnection++ },
      },
      () => undefined,
    );
  }
}
