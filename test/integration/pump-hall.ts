import { connectAsync, type MqttClient } from 'mqtt';
import { createPumpLife, type PumpLife } from '../../models/plant/pump.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { type Site, statusOf, until } from './site.ts';
import { sql } from './stored.ts';

/** Rows in the machine type's window. No model is asked before it is full. */
const windowRows = 30;

interface HallPump {
  machine: string;
  life: PumpLife;
  cycle: number;
}

interface Sent {
  machine: string;
  timeMs: number;
}

/**
 * The only pumps of a gateway, which send readings with a time of their own, one each in a round, and a ledger of them: after each
 * round every reading is judged once, and at the end every one is in the store once, with one estimate of one version.
 */
export class PumpHall {
  readonly #site: Site;
  readonly #pumps: HallPump[];
  #client: MqttClient | null = null;
  #timeMs = 0;
  /** Readings that were acknowledged, in rounds; those of the first ones have no full window. */
  readonly #rounds: Sent[][] = [];
  /** Rounds in which a machine was judged more or less often than once. */
  readonly odd: string[] = [];

  constructor(site: Site, names: readonly string[], remaining: (i: number) => number) {
    this.#site = site;
    this.#pumps = names.map((machine, i) => {
      const life = createPumpLife(seededRandom(40 + i), { failureMode: 'bearing-wear' });
      return { machine, life, cycle: Math.max(0, life.cycleWithRemaining(remaining(i))) };
    });
  }

  /** Connects, also again after the gateway was down. */
  async connect(): Promise<void> {
    await this.#client?.endAsync(true);
    this.#client = await connectAsync(this.#site.gateway.mqttUrl, { clientId: 'hall', reconnectPeriod: 0 });
    this.#client.on('error', () => {});
  }

  async end(): Promise<void> {
    await this.#client?.endAsync(true);
  }

  /** Cycles that a pump has left. */
  remaining(machine: string): number {
    const { life, cycle } = this.#pumps.find((pump) => pump.machine === machine)!;
    return life.lifeCycles - cycle;
  }

  /** Has all windows full. */
  async fill(): Promise<void> {
    await this.rounds(windowRows - 1);
  }

  async rounds(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.#round();
  }

  async roundsUntil(isReached: () => Promise<boolean>, roundsMax = 500): Promise<void> {
    for (let i = 0; !(await isReached()); i++) {
      if (i === roundsMax) throw new Error(`not within ${roundsMax} rounds`);
      await this.#round();
    }
  }

  /** Says that a pump has failed; it is over. */
  async fails(machine: string): Promise<void> {
    const payload = JSON.stringify({ state: 'failed', note: 'bearing-wear' });
    await this.#client!.publishAsync(`lifecycle/plant/${machine}`, payload, { qos: 1 });
    this.#pumps.splice(
      this.#pumps.findIndex((pump) => pump.machine === machine),
      1,
    );
  }

  async #round(): Promise<void> {
    const before = await this.#seen();
    this.#timeMs = Math.max(this.#timeMs + 1, Date.now());
    const sent = this.#pumps.map(({ machine }) => ({ machine, timeMs: this.#timeMs }));
    await Promise.all(
      this.#pumps.map((pump) => {
        const values = pump.life.sample(Math.min(pump.cycle++, pump.life.lifeCycles - 1));
        const reading = JSON.stringify({ ts: this.#timeMs, ...values });
        return this.#client!.publishAsync(`telemetry/plant/${pump.machine}`, reading, { qos: 1 });
      }),
    );
    this.#rounds.push(sent);
    const isFull = this.#rounds.length >= windowRows;
    await until(async () => {
      const now = await this.#seen();
      const isJudged = now.judged >= before.judged + (isFull ? sent.length : 0) && now.inFlight === 0;
      return now.rows >= before.rows + sent.length && isJudged;
    }, `round ${this.#rounds.length} to be judged`);
    const { judged } = await this.#seen();
    if (isFull && judged !== before.judged + sent.length)
      this.odd.push(`round ${this.#rounds.length}: ${judged - before.judged} of ${sent.length}`);
  }

  /** Waits until the store has an estimate of each reading that was judged: a gateway that is killed may lose those it has not written. */
  async estimatesStored(): Promise<void> {
    const due = this.#rounds.slice(windowRows - 1).flat().length;
    await until(async () => {
      const [row] = await sql<[number]>(
        this.#site.cloud,
        "select count(*) from estimate where source = 'model'",
      );
      return Number(row?.[0] ?? 0) >= due;
    }, `${due} estimates in the store`);
  }

  /** Whether a version has judged a reading, as far as the store has it. */
  async hasJudged(model: string): Promise<boolean> {
    const told = await sql<[string]>(this.#site.cloud, 'select distinct model from estimate');
    return told.some(([each]) => each === model);
  }

  /** Versions that have judged, in the order of readings, after a comparison of the store with the ledger. @throws Error for each difference */
  async versions(): Promise<Map<string, string[]>> {
    const { cloud } = this.#site;
    // The gateway writes estimates a moment after it has judged, so the lanes can be empty without the last ones.
    await this.estimatesStored();
    const of = new Map<string, string[]>();
    const stored = await sql<[string, number, number]>(
      cloud,
      'select machine, epoch_ms(time), count(*) from pump group by 1, 2 order by 1, 2',
    );
    const told = await sql<[string, number, string, number]>(
      cloud,
      `select machine, epoch_ms(time), model, count(*) from estimate where source = 'model' group by 1, 2, 3 order by 1, 2`,
    );
    const problems = [...this.odd];
    const at = (machine: string, timeMs: number) => `${machine} ${timeMs}`;
    const readings = new Map(stored.map(([machine, time, count]) => [at(machine, Number(time)), count]));
    const estimates = new Map<string, string[]>();
    for (const [machine, time, model, count] of told) {
      const key = at(machine, Number(time));
      estimates.set(key, [...(estimates.get(key) ?? []), ...Array(Number(count)).fill(model)]);
    }
    this.#rounds.forEach((round, i) => {
      for (const { machine, timeMs } of round) {
        const key = at(machine, timeMs);
        if (Number(readings.get(key)) !== 1) problems.push(`${key}: stored ${readings.get(key) ?? 0} times`);
        readings.delete(key);
        if (i < windowRows - 1) continue;
        const judges = estimates.get(key) ?? [];
        if (judges.length !== 1)
          problems.push(`${key} of round ${i}: judged by ${judges.join(', ') || 'none'}`);
        of.set(machine, [...(of.get(machine) ?? []), ...judges]);
      }
    });
    problems.push(...[...readings.keys()].map((key) => `${key}: nobody has sent it`));
    if (problems.length > 0) throw new Error(problems.slice(0, 20).join('\n'));
    return of;
  }

  async #seen(): Promise<{ rows: number; judged: number; inFlight: number }> {
    const { windows, scorer } = (await statusOf(this.#site.gateway)).intelligence;
    return { rows: windows.rows, judged: scorer?.machines ?? 0, inFlight: scorer?.inFlight ?? 0 };
  }
}
