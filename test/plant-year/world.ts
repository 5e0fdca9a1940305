import { localOffsetMs, type Moment } from './plant/calendar.ts';
import type { GatewayName, Machine } from './plant/machines.ts';
import type { PlantCloud } from './product/cloud.ts';
import type { Reading } from './product/columns.ts';
import type { PlantGateway } from './product/gateway.ts';
import { announceMaintenance, sayThisIsNormal } from './product/people.ts';
import type { YearPlan } from './truth/draw.ts';
import type { PlantActions, PlantEvent } from './truth/event.ts';

/** Telemetry reaches the cloud this often; events at once. */
const uploadMinutes = 10;
const nothing: readonly PlantEvent[] = [];

export interface WorldOptions {
  plan: YearPlan;
  machines: readonly Machine[];
  gateways: ReadonlyMap<GatewayName, PlantGateway>;
  cloud: PlantCloud;
}

/** Lets the events of a year happen to the plant, minute by minute, and carries what its machines send. */
export class World {
  private readonly options: WorldOptions;
  /** By time; what is done is removed. */
  private readonly actions: NonNullable<PlantEvent['actions']>;
  private readonly coming: PlantEvent[];
  private readonly active = new Set<PlantEvent>();
  /** Readings that devices keep. */
  private readonly kept = new Map<Machine, Reading[]>();
  private readonly plant: PlantActions;
  private nowMs = 0;
  private minutes = 0;

  constructor(options: WorldOptions) {
    this.options = options;
    const { events } = options.plan;
    this.actions = events.flatMap(({ actions = [] }) => actions).sort((a, b) => a.atMs - b.atMs);
    this.coming = [...events].sort((a, b) => a.fromMs - b.fromMs);
    this.plant = this.actionsOf();
  }

  async begin(): Promise<void> {
    await this.options.cloud.start();
    for (const gateway of this.options.gateways.values()) await gateway.start();
  }

  async end(): Promise<void> {
    for (const gateway of this.options.gateways.values()) await gateway.stop('killed');
    await this.options.cloud.stop('killed');
  }

  /** Lives through one minute. */
  async live(at: Moment): Promise<void> {
    this.nowMs = at.nowMs;
    this.minutes++;
    this.turnOver();
    while (this.actions[0] && this.actions[0].atMs <= at.nowMs) await this.actions.shift()!.act(this.plant);
    const { machines, gateways, cloud } = this.options;
    const sent = new Map<GatewayName, Reading[]>();
    for (const name of gateways.keys()) sent.set(name, []);
    for (const machine of machines) this.sense(machine, at, sent.get(machine.gateway)!);
    for (const [name, gateway] of gateways) {
      await gateway.take(sent.get(name) ?? []);
      const isCut = this.isCut(name);
      const isDue = gateway.events.length > 0 || this.minutes % uploadMinutes === 0;
      const isLinked = gateway.isUp && !isCut;
      cloud.link(name, isLinked ? 'connected' : 'lost');
      if (cloud.isUp && isLinked && isDue) await cloud.take(gateway);
    }
  }

  /** Begins and ends events. */
  private turnOver(): void {
    for (const event of this.active) {
      if (event.toMs > this.nowMs) continue;
      this.active.delete(event);
    }
    while (this.coming[0] && this.coming[0].fromMs <= this.nowMs) this.active.add(this.coming.shift()!);
  }

  private isCut(gateway: GatewayName): boolean {
    for (const event of this.active)
      if (event.readings === 'kept by gateway' && event.gateway === gateway) return true;
    return false;
  }

  /** One minute of a machine: adds what its device sends now. */
  private sense(machine: Machine, at: Moment, sent: Reading[]): void {
    let events = nothing;
    for (const event of this.active) if (event.machine === machine) events = [...events, event];
    for (const event of events) event.before?.(at, machine);
    const values = machine.step(at);
    for (const event of events) event.change?.(values, at, machine);
    const timeMs = at.nowMs + (machine.stampsLocalTime ? localOffsetMs(at.nowMs) : 0);
    const reading = { machine, timeMs, values };
    if (events.some(({ readings }) => readings === 'lost')) return;
    const kept = this.kept.get(machine);
    if (events.some(({ readings }) => readings === 'kept by device')) {
      if (kept) kept.push(reading);
      else this.kept.set(machine, [reading]);
      return;
    }
    if (kept) {
      sent.push(...kept);
      this.kept.delete(machine);
    }
    sent.push(reading);
  }

  private actionsOf(): PlantActions {
    const { gateways, cloud } = this.options;
    const gatewayOf = (name: GatewayName) => gateways.get(name)!;
    const ref = ({ site, name, type }: Machine) => ({ site, machine: name, machineType: type.name });
    return {
      killGateway: (name) => gatewayOf(name).stop('killed'),
      stopGateway: (name) => {
        cloud.link(name, 'stopped');
        return gatewayOf(name).stop('stopped');
      },
      startGateway: async (name) => {
        if (!gatewayOf(name).isUp) await gatewayOf(name).start();
      },
      stopCloud: (how) => cloud.stop(how),
      startCloud: async () => {
        if (!cloud.isUp) await cloud.start();
      },
      lifecycle: (machine, state) =>
        gatewayOf(machine.gateway).lifecycle({ state, about: ref(machine), atMs: this.nowMs }),
      maintenance: (machine, toMs) => announceMaintenance(gatewayOf(machine.gateway), machine, toMs),
      thisIsNormal: (machine) => sayThisIsNormal(gatewayOf(machine.gateway), machine),
    };
  }
}
