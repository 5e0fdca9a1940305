/** Causes a schedule's faults, and ends those that still last when the run calms down. */
import type { SimulatedCloud } from './cloud/cloud.ts';
import type { StoreMode } from './cloud/store.ts';
import type { SimulatedGateway } from './gateway/gateway.ts';
import type { Network } from './network/network.ts';
import type { Sensor } from './sensors.ts';
import type { Fault, Moment } from './world/schedule.ts';
import type { World } from './world/world.ts';

export interface Parts {
  world: World;
  gateway: SimulatedGateway;
  cloud: SimulatedCloud;
  network: Network;
  sensors: readonly Sensor[];
}

const storeModes: Partial<Record<Fault['kind'], StoreMode>> = {
  'store-slow': 'slow',
  'store-hangs': 'hangs',
  'store-away': 'away',
  'store-partial': 'partial',
};

export class Faults {
  private readonly parts: Parts;
  private readonly ends = new Set<() => void>();
  private isCalm = false;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  plan(faults: readonly Fault[]): void {
    for (const fault of faults) {
      this.parts.world.after(fault.atMs, () => {
        if (this.isCalm) return;
        this.parts.world.note(`fault ${fault.kind}`);
        this.begin(fault);
      });
    }
  }

  /** Ends all faults and starts no further ones. */
  calm(): void {
    this.isCalm = true;
    this.parts.world.disarm();
    for (const end of [...this.ends]) end();
  }

  private begin(fault: Fault): void {
    const { gateway, cloud, network, sensors, world } = this.parts;
    switch (fault.kind) {
      case 'gateway-crash':
        return this.at(fault.moment, () => gateway.crash(fault));
      case 'cloud-crash':
        return this.at(fault.moment, () => {
          if (!cloud.isUp) return;
          cloud.crash(fault.downMs);
          network.cloudGone();
        });
      case 'gateway-restart':
        return void gateway.restart(fault.downMs);
      case 'clock-jump':
        gateway.wallOffsetMs += fault.byMs;
        return;
      case 'sensors-cut':
        for (const sensor of sensors) sensor.cut();
        return;
      default: {
        const end = this.window(fault);
        const finish = () => {
          if (this.ends.delete(finish)) end();
        };
        this.ends.add(finish);
        world.after(fault.forMs, finish);
      }
    }
  }

  private at(moment: Moment, strike: () => void): void {
    const { world } = this.parts;
    if ('steps' in moment) world.arm(null, moment.steps, strike);
    else world.arm(moment.operation, moment.nth, strike);
  }

  /** Starts a fault that lasts. Returns a function that ends it. */
  private window(fault: Extract<Fault, { forMs: number }>): () => void {
    const { gateway, cloud, network } = this.parts;
    const { disk } = gateway;
    const set = <T extends object, K extends keyof T>(target: T, key: K, value: T[K], usual: T[K]) => {
      target[key] = value;
      return () => {
        target[key] = usual;
      };
    };
    switch (fault.kind) {
      case 'sensors-reboot':
        for (const sensor of this.parts.sensors) sensor.reboot();
        return set(disk, 'slowness', fault.factor, 1);
      case 'link-cut':
        network.cut();
        return set(network, 'up', false, true);
      case 'link-half-open':
        network.silence();
        return set(network, 'halfOpen', true, false);
      case 'link-slow':
        return set(network, 'delayMs', [50, 400], network.usualDelayMs);
      case 'link-throttled':
        return set(network, 'bytesPerMs', fault.bytesPerMs, network.usualBytesPerMs);
      case 'link-flips':
        return set(network, 'flipShare', fault.share, 0);
      case 'cloud-older':
        return set(cloud, 'unknownLanes', fault.lanes, []);
      case 'disk-full':
        disk.fill(fault.freeBytes, fault.isByOthers);
        return () => disk.free();
      case 'disk-slow':
        return set(disk, 'slowness', fault.factor, 1);
      case 'disk-bad-page':
        return disk.damagePage();
      case 'disk-error':
      case 'disk-letters-error':
        disk.errors.add(fault);
        return () => disk.errors.delete(fault);
      case 'operations-error':
        return set(cloud.operations, 'failing', true, false);
      default:
        return set(cloud.store, 'mode', storeModes[fault.kind]!, 'well');
    }
  }
}
