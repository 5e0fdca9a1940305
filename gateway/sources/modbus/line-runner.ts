import type { Line } from '../../../shared/modbus/line/line.ts';
import type { LineOpener } from '../../../shared/modbus/line/open-line.ts';
import { describeOutcome } from '../../../shared/modbus/line/outcome-text.ts';
import { type BackoffOptions, backoffMs } from '../../../shared/runtime/backoff.ts';
import { sleep } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { NamedTypedValue } from '../../ports/source.ts';
import type { LineConfig } from './config.ts';
import { type HandingDeps, HandingIn } from './handing-in.ts';
import { Silence } from './health.ts';
import { pollGroup } from './poll.ts';
import { Schedule } from './schedule.ts';
import { type Group, Slave } from './slave.ts';
import type { FailureCounts, LineStats } from './statistics.ts';

export type RunnerDeps = HandingDeps & { log: Log };

const reopen: BackoffOptions = { firstMs: 500, maxMs: 15_000 };
/** How long a line on which somebody else talks is left alone. */
const busyRestMs = 1_000;
/** Polls in a row that such a line prevents until its sensors are unavailable: one alone may be a burst of noise. */
const busyInRowMax = 3;

/** Number of the next opening of a line. MQTT connections and serial ports have numbers below these. */
let nextOpening = 3 * 2 ** 30;

/** Handles one line for as long as the gateway runs: opens it, polls its slaves, and opens it again when it ends. */
export class LineRunner {
  private readonly config: LineConfig;
  private readonly deps: RunnerDeps;
  private readonly open: LineOpener;
  private readonly stopping = new AbortController();
  private readonly handing: HandingIn;
  private readonly slaves: readonly Slave[];
  private readonly schedule: Schedule;
  private readonly failures: FailureCounts = { silent: 0, damaged: 0, exception: 0, untrusted: 0, busy: 0 };
  private counts = { requests: 0, strayBytes: 0 };
  private isOpen = false;
  private problem = '';
  private busyInRow = 0;

  /** @throws ConfigError MODBUS_MAP_INVALID */
  constructor(config: LineConfig, deps: RunnerDeps, open: LineOpener) {
    this.config = config;
    this.deps = deps;
    this.open = open;
    this.handing = new HandingIn(deps, this.stopping.signal);
    this.slaves = config.slaves.map((slave) => new Slave(slave, deps.clock, deps.random));
    this.schedule = new Schedule(this.slaves);
  }

  /** Runs until `stop` is called. Never rejects. */
  async run(): Promise<void> {
    const { clock, random, log } = this.deps;
    const { signal } = this.stopping;
    const { name } = this.config;
    for (let attempt = 0; !signal.aborted; attempt++) {
      let problem: string;
      try {
        const line = await this.open();
        const openedMs = clock.monotonicMs();
        this.counts = line.counts;
        this.isOpen = true;
        this.problem = '';
        this.busyInRow = 0;
        log.info({ line: name, slaves: this.slaves.length }, 'modbus line is open');
        problem = await this.use(line);
        this.isOpen = false;
        // After a line has stayed open for a while, the back-off restarts; one that fails at once causes no busy loop.
        if (clock.monotonicMs() - openedMs > reopen.maxMs) attempt = 0;
      } catch (error) {
        problem = messageOf(error);
      }
      if (signal.aborted) return;
      if (problem !== this.problem)
        log.warn({ line: name }, `modbus line is closed, and opening it will be retried: ${problem}`);
      this.problem = problem;
      for (const slave of this.slaves) await this.unavailable(slave);
      await sleep(clock, backoffMs(attempt, reopen, random), signal);
    }
  }

  /** Ends `run`. Resolves when what was read has been settled; the caller bounds the wait. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.handing.idle();
  }

  stats(): LineStats {
    const { name } = this.config;
    return {
      name,
      open: this.isOpen,
      ...(this.problem !== '' && { problem: this.problem }),
      ...{
        requests: this.counts.requests,
        strayBytes: this.counts.strayBytes,
        failures: { ...this.failures },
      },
      ...{ overruns: this.schedule.overruns, retried: this.handing.retried, givenUp: this.handing.givenUp },
      slaves: this.slaves.map((slave) => this.slaveStats(slave)),
    };
  }

  private slaveStats({ config, health, groups, answeredMs }: Slave): LineStats['slaves'][number] {
    const { unit, site, machine } = config;
    const isPolled = this.isOpen && this.problem === '';
    const refused = groups.flatMap(({ blocks }) => blocks).find((block) => block.health.problem !== '');
    const ofBlock = refused && `function ${refused.function}, ${refused.count} from ${refused.address}: `;
    const problem = health.problem || (refused ? `${ofBlock}${refused.health.problem}` : '');
    return {
      ...{ unit, site, machine, answers: isPolled && answeredMs !== null && health.problem === '' },
      ...(problem !== '' && { problem }),
      ...(answeredMs !== null && { answeredAt: new Date(answeredMs).toISOString() }),
    };
  }

  /** Polls until the line ends, and returns why. */
  private async use(line: Line): Promise<string> {
    const { signal } = this.stopping;
    const ended = new AbortController();
    // A request that is under way ends with the line.
    const close = () => void line.close();
    void line.gone.then(() => ended.abort());
    this.handing.connection = nextOpening++;
    this.schedule.begin(this.deps.clock.monotonicMs());
    signal.addEventListener('abort', close, { once: true });
    try {
      if (signal.aborted) return 'stopping';
      return (await this.poll(line, ended.signal)) ?? (await line.gone);
    } finally {
      signal.removeEventListener('abort', close);
      await line.close();
    }
  }

  /** Returns why the line should be opened anew; undefined if it has ended. */
  private async poll(line: Line, signal: AbortSignal): Promise<string | undefined> {
    const { clock } = this.deps;
    const silence = new Silence(this.slaves);
    while (!signal.aborted) {
      const { group, dueMs } = this.schedule.next();
      const nowMs = clock.monotonicMs();
      if (dueMs > nowMs) {
        await sleep(clock, dueMs - nowMs, signal);
        continue;
      }
      await this.handing.room(signal);
      if (signal.aborted) return undefined;
      const [came, silent] = [this.bytesCame, this.failures.silent];
      const answered = await this.pollOne(line, group, signal);
      if (answered) silence.answered(group.slave, clock.monotonicMs());
      else if (this.bytesCame !== came) silence.came(clock.monotonicMs());
      else if (this.failures.silent !== silent) silence.unanswered(group.slave);
      if (this.config.host !== undefined && silence.isOfConnection) return 'nothing comes on it any more';
    }
    return undefined;
  }

  /** Changes when something came that was not the data of an answer. */
  private get bytesCame(): number {
    return this.counts.strayBytes + this.failures.damaged + this.failures.exception;
  }

  /** Returns true if the device has answered. */
  private async pollOne(line: Line, group: Group, signal: AbortSignal): Promise<boolean> {
    const { clock, log } = this.deps;
    const { slave } = group;
    const { unit, machine } = slave.config;
    const about = { line: this.config.name, unit, machine };
    const wasDead = slave.health.isDead;
    const { requests } = this.counts;
    const polled = await pollGroup(line, group, clock.monotonicMs(), this.failures);
    if (this.counts.requests !== requests) this.noteStill();
    if (polled.kind === 'line' && polled.outcome === 'busy') await this.noteBusy();
    const nowMs = clock.monotonicMs();
    if (polled.kind === 'dead') {
      if (slave.health.restUntilMs <= nowMs) slave.health.postpone();
      if (!wasDead)
        log.warn(about, `modbus device does not answer, and is tried now and then: ${slave.health.problem}`);
      await this.unavailable(slave);
      return false;
    }
    if (polled.answered) {
      if (wasDead || slave.answeredMs === null) log.info(about, 'modbus device answers');
      slave.answeredMs = clock.nowMs();
      slave.isUnavailable = false;
    }
    if (polled.values.length > 0) this.hand(slave, polled.values);
    if (wasDead && !slave.health.isDead) this.schedule.revived(slave, nowMs);
    if (polled.kind === 'values') this.schedule.polled(group, nowMs);
    else if (polled.outcome === 'busy') await sleep(clock, busyRestMs, signal);
    return polled.answered;
  }

  /** Notes that the line was never silent, so that nothing could be asked. */
  private async noteBusy(): Promise<void> {
    this.failures.busy += 1;
    this.busyInRow += 1;
    if (this.busyInRow < busyInRowMax) return;
    if (this.problem === '') {
      this.problem = describeOutcome({ kind: 'busy' });
      this.deps.log.warn({ line: this.config.name }, `modbus line cannot be polled: ${this.problem}`);
    }
    for (const slave of this.slaves) await this.unavailable(slave);
  }

  private noteStill(): void {
    this.busyInRow = 0;
    if (this.problem === '') return;
    this.problem = '';
    this.deps.log.info({ line: this.config.name }, 'modbus line is polled again');
  }

  /** Hands in that the sensors of a slave have no values, once for each time that it stops answering. */
  private async unavailable(slave: Slave): Promise<void> {
    if (slave.isUnavailable || slave.answeredMs === null) return;
    slave.isUnavailable = true;
    await this.handing.room(this.stopping.signal);
    this.hand(
      slave,
      slave.sensors.map((name) => [name, null]),
    );
  }

  private hand({ config }: Slave, values: NamedTypedValue[]): void {
    const { unit, site, machine } = config;
    this.handing.hand({ line: this.config.name, unit, site, machine }, values);
  }
}
