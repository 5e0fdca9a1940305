/**
 * The load generator (test/load): many MQTT clients in one process, with a ledger of what was sent and acknowledged.
 * mqtt/ speaks the protocol, pace/ decides when to send, record/ keeps what happened. It uses none of the broker's
 * code, so that both cannot be wrong in the same way.
 */
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { type ConnectionListener, type LatencySink, LoadConnection } from './mqtt/connection.ts';
import { Patcher } from './mqtt/payload.ts';
import { pumpTemplate } from './mqtt/pump-payload.ts';
import { createSlots } from './mqtt/slots.ts';
import {
  defaults,
  type FullLoadOptions,
  type LoadEnd,
  type LoadOptions,
  type LoadReport,
} from './options.ts';
import { Budget } from './pace/budget.ts';
import { Pace, qos0Window } from './pace/pace.ts';
import { StallDetector } from './pace/stall-detector.ts';
import { Histogram } from './record/histogram.ts';
import { Ledger, MachineLedger } from './record/ledger.ts';

const watchMs = 50;
const connectMsMax = 30_000;

/** Many sensors in one thread, cheap enough to share a small machine with the system that it measures. */
export class LoadGenerator {
  readonly ledger: Ledger;
  /** Resolves when everything is sent and acknowledged, or when it stopped for another reason: see `LoadReport.end`. */
  readonly finished: Promise<LoadReport>;
  readonly #options: FullLoadOptions;
  readonly #connections: LoadConnection[];
  readonly #budget: Budget;
  readonly #pace: Pace;
  readonly #stallDetector: StallDetector;
  readonly #latency = new Histogram();
  readonly #latencies: LatencySink;
  #resolve: (report: LoadReport) => void = () => {};
  #onAllReady: (error?: Error) => void = () => {};
  #phase: 'new' | 'connecting' | 'sending' | 'draining' | 'ended' = 'new';
  #acked = 0;
  #pongs = 0;
  #gone = 0;
  #stopped = false;
  #cpuAtStart = process.cpuUsage();
  #watching: NodeJS.Timeout | undefined;

  constructor(options: LoadOptions) {
    this.#options = { ...defaults, ...options };
    this.finished = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#budget = new Budget(this.#options);
    this.#stallDetector = new StallDetector(this.#options);
    this.#latencies = this.#sink();
    const patcher = new Patcher();
    this.#connections = Array.from({ length: options.connections }, (_, i) => this.#connection(i, patcher));
    this.#pace = new Pace(this.#connections, this.#budget, this.#options, {
      moved: (nowMs) => this.#stallDetector.moved(nowMs),
      usedUp: () => this.#drain(),
    });
    this.ledger = new Ledger(this.#connections.map((connection) => connection.ledger));
  }

  get progress(): { sent: number; acked: number; connected: number; reconnects: number } {
    const connected = this.#connections.filter((connection) => connection.ready).length;
    return { sent: this.#budget.sent, acked: this.#acked, connected, reconnects: this.#sum('reconnects') };
  }

  /** Opens all connections, then starts to send. @throws HarbingerError LOAD_REFUSED, LOAD_UNREACHABLE */
  async start(): Promise<void> {
    this.#phase = 'connecting';
    const deadline = setTimeout(() => this.#onAllReady(new Error('not all connected in time')), connectMsMax);
    const allReady = new Promise<void>((resolve, reject) => {
      this.#onAllReady = (error) => (error ? reject(error) : resolve());
    });
    for (const connection of this.#connections) connection.connect();
    try {
      await allReady;
    } catch (error) {
      this.#end('disconnected');
      if (error instanceof HarbingerError) throw error;
      const where = `${this.#options.host}:${this.#options.port}`;
      throw new HarbingerError('LOAD_UNREACHABLE', 'cli', `broker at ${where}: ${(error as Error).message}`);
    } finally {
      clearTimeout(deadline);
    }
    this.#begin();
  }

  /** Stops sending, waits for messages in flight for a limited time, and disconnects. */
  stop(): Promise<LoadReport> {
    this.#stopped = true;
    this.#budget.close();
    if (this.#phase === 'new') this.#end('stopped');
    else if (this.#phase === 'sending') this.#drain();
    return this.finished;
  }

  #connection(index: number, patcher: Patcher): LoadConnection {
    const options = this.#options;
    const machine = options.machine.replaceAll('{c}', String(index));
    const topic = options.topic.replaceAll('{machine}', machine).replaceAll('{c}', String(index));
    const window = options.qos === 0 ? qos0Window : options.window;
    const payload = options.pumps ? pumpTemplate(index) : options.payload;
    const slots = createSlots({ ...options, payload, topic, machine, index, window }, patcher);
    const clientId = `${options.clientPrefix}${index}`;
    const ledger = new MachineLedger(machine, options.seqFirst);
    const listener = this.#listener();
    return new LoadConnection({ ...options, window, clientId }, slots, ledger, this.#latencies, listener);
  }

  #sink(): LatencySink {
    const { latencyLog: log } = this.#options;
    if (!log) return this.#latency;
    return {
      add: (latencyMs, sentAtMs) => {
        this.#latency.add(latencyMs);
        log.add(latencyMs, sentAtMs);
      },
    };
  }

  #listener(): ConnectionListener {
    return {
      ready: () => this.#ready(),
      writable: (connection, acked) => {
        this.#acked += acked;
        const nowMs = this.#options.clock.monotonicMs();
        this.#stallDetector.moved(nowMs);
        if (this.#phase === 'sending') this.#pace.fill(connection, nowMs);
        else if (this.#phase === 'draining') this.#checkDrained();
      },
      pong: () => {
        this.#pongs++;
        this.#checkDrained();
      },
      lost: (error) => {
        if (error === undefined) return;
        this.#gone++;
        if (this.#phase === 'connecting') this.#onAllReady(error);
        else if (this.#gone === this.#connections.length) this.#end('disconnected');
      },
    };
  }

  #ready(): void {
    if (this.#phase === 'connecting') {
      if (this.#connections.every((connection) => connection.ready)) this.#onAllReady();
    } else if (this.#phase === 'sending') {
      this.#pace.fillAll();
    } else if (this.#phase === 'draining' && this.#options.qos === 0) {
      this.#askForPongs();
    }
  }

  #begin(): void {
    this.#phase = 'sending';
    this.#cpuAtStart = process.cpuUsage();
    const nowMs = this.#options.clock.monotonicMs();
    this.#budget.begin(nowMs);
    this.#stallDetector.begin(nowMs);
    this.#watching = setInterval(() => this.#watch(), watchMs);
    this.#pace.begin();
  }

  #drain(): void {
    if (this.#phase !== 'sending') return;
    this.#phase = 'draining';
    this.#pace.end();
    this.#stallDetector.drain(this.#options.clock.monotonicMs());
    if (this.#options.qos === 0) this.#askForPongs();
    this.#checkDrained();
  }

  #askForPongs(): void {
    this.#pongs = 0;
    for (const connection of this.#connections) connection.ping();
  }

  #checkDrained(): void {
    if (this.#phase !== 'draining') return;
    const done =
      this.#options.qos === 0
        ? this.#pongs >= this.#connections.length - this.#gone
        : this.#acked === this.#budget.sent;
    if (done) this.#end(this.#stopped ? 'stopped' : 'complete');
  }

  #watch(): void {
    const nowMs = this.#options.clock.monotonicMs();
    const exhausted = this.#stallDetector.exhausted(nowMs);
    if (this.#phase === 'sending' && this.#budget.left(nowMs) <= 0) this.#drain();
    else if (exhausted) this.#end(exhausted);
  }

  #sum(key: 'resent' | 'reconnects' | 'bytesSent'): number {
    return this.#connections.reduce((sum, connection) => sum + connection[key], 0);
  }

  #end(end: LoadEnd): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    clearInterval(this.#watching);
    this.#pace.end();
    const seconds = (this.#options.clock.monotonicMs() - this.#budget.startedAtMs) / 1_000;
    const cpu = process.cpuUsage(this.#cpuAtStart);
    for (const connection of this.#connections) connection.close();
    const done = this.#options.qos === 0 ? this.#budget.sent : this.#acked;
    this.#resolve({
      end,
      sent: this.#budget.sent,
      acked: this.#acked,
      bytesSent: this.#sum('bytesSent'),
      resent: this.#sum('resent'),
      reconnects: this.#sum('reconnects'),
      seconds,
      perSecond: seconds > 0 ? done / seconds : 0,
      ackLatency: this.#latency.summary(),
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
    });
  }
}
