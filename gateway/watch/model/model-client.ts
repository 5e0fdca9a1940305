/**
 * The model (gateway/watch/model): inference in a worker thread, and the main thread's side of it. Only the worker
 * loads TensorFlow.js, and the main thread never waits for it without a time limit.
 *
 * The main thread's side of the model. It starts the worker, sends requests with a time limit and a bound on requests
 * in flight, and replaces the worker with capped back-off when it crashes or hangs. Without a worker every request
 * fails at once with MODEL_UNAVAILABLE, so that the rules decide.
 */
import { Worker } from 'node:worker_threads';
import { compiledEntry } from '../../../shared/files/paths.ts';
import type { BackendPreference, ChosenBackend } from '../../../shared/model/backend-names.ts';
import { type BackoffOptions, backoffMs } from '../../../shared/runtime/backoff.ts';
import type { Clock, Timer } from '../../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import { endThread } from '../../../shared/runtime/threads/end-thread.ts';
import { fromWire } from '../../../shared/runtime/threads/wire-error.ts';
import type {
  FromWorker,
  LoadedModel,
  ModelRefusal,
  ModelSource,
  ScoreRequest,
  ScoreResult,
  Trained,
  WorkerStart,
} from './model-messages.ts';
import { PendingScores } from './pending-scores.ts';

/** Limit of requests in flight; more are refused with MODEL_BUSY, because newer windows follow soon. */
const inFlightMax = 4;
/** Loading a native library from a slow SD card takes a while. */
const startMsMax = 60_000;
/**
 * Windows and tensors are outside the heap that this limits. A worker needs a tenth of it; one that takes more and more ends with
 * MODEL_CRASHED, before a small computer has no memory left for readings.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 6, maxOldGenerationSizeMb: 256 };

export interface ModelClientOptions {
  sources: ModelSource[];
  backend: BackendPreference;
  /** A worker that does not answer a request within this time is considered hung. */
  requestMsMax: number;
  restart: BackoffOptions;
  /** Its worker computes when nothing else does. */
  isNice?: boolean;
  clock: Clock;
  random: Random;
  log: Log;
  /** The worker's file; tests use another one. */
  entry?: string | URL;
}

export interface ModelStatus {
  state: 'stopped' | 'starting' | 'ready' | 'waiting';
  backend: ChosenBackend | null;
  models: LoadedModel[];
  refusals: ModelRefusal[];
  restarts: number;
  requests: number;
  failures: number;
  inFlight: number;
  lastError: string | null;
}

function problem(code: string, message: string): HarbingerError {
  return new HarbingerError(code, 'intelligence', message, { retry: true });
}

function sameModel(before: ReadonlyMap<string, Trained>, now: Trained): Trained {
  const known = before.get(now.machineType);
  return known?.name === now.name && known.version === now.version ? known : now;
}

export class ModelClient {
  private readonly options: ModelClientOptions;
  private readonly pending: PendingScores;
  private worker: Worker | null = null;
  private state: ModelStatus['state'] = 'stopped';
  private backend: ChosenBackend | null = null;
  private models = new Map<string, LoadedModel>();
  private trained = new Map<string, Trained>();
  private refusals: ModelRefusal[] = [];
  private timer: Timer | null = null;
  private attempt = 0;
  private restarts = 0;
  private lastError: string | null = null;
  private settleStart: (() => void) | null = null;

  constructor(options: ModelClientOptions) {
    this.options = options;
    const { clock, requestMsMax } = options;
    this.pending = new PendingScores(clock, requestMsMax, () =>
      this.replace('MODEL_TIMEOUT', `the model's worker has not answered within ${requestMsMax} ms`),
    );
  }

  /** Resolves when the first worker is ready or has failed; the gateway runs either way. Never rejects. */
  async start(): Promise<void> {
    // Without models there is nothing to wait for: a worker would take seconds and a hundred megabytes for nothing.
    if (this.options.sources.length === 0) {
      this.state = 'ready';
      return;
    }
    const settled = new Promise<void>((resolve) => {
      this.settleStart = resolve;
    });
    this.spawn();
    await settled;
  }

  async stop(): Promise<void> {
    const { worker } = this;
    this.forget('stopped');
    this.pending.failAll(problem('MODEL_UNAVAILABLE', 'the model is being stopped'));
    this.settle();
    if (worker) await endThread(worker);
  }

  /** Returns the model in use for a machine type. */
  modelOf(machineType: string): LoadedModel | null {
    return this.models.get(machineType) ?? null;
  }

  /** Returns what the model in use for a machine type was trained on: the same object as long as it is the same model. */
  trainedOf(machineType: string): Trained | null {
    return this.trained.get(machineType) ?? null;
  }

  /** True if a worker can take requests. */
  get available(): boolean {
    return this.state === 'ready';
  }

  /**
   * Scores windows of one machine type; ownership of `windows` is transferred. @throws HarbingerError
   * MODEL_UNAVAILABLE, MODEL_BUSY, MODEL_TIMEOUT, MODEL_CRASHED, MODEL_OUTPUT_INVALID, MODEL_FAILED
   */
  score(request: Omit<ScoreRequest, 'kind' | 'id'>, signal?: AbortSignal): Promise<ScoreResult> {
    if (!this.worker || this.state !== 'ready') {
      return Promise.reject(problem('MODEL_UNAVAILABLE', this.lastError ?? 'the model is starting'));
    }
    if (this.pending.size >= inFlightMax) {
      return Promise.reject(problem('MODEL_BUSY', `${inFlightMax} requests are under way`));
    }
    const { id, result } = this.pending.add(signal);
    const message: ScoreRequest = { kind: 'score', id, ...request };
    this.worker.postMessage(message, [request.windows.buffer as ArrayBuffer]);
    return result;
  }

  status(): ModelStatus {
    return {
      state: this.state,
      backend: this.backend,
      models: [...this.models.values()],
      refusals: this.refusals,
      restarts: this.restarts,
      ...this.pending.counts,
      inFlight: this.pending.size,
      lastError: this.lastError,
    };
  }

  private spawn(): void {
    const { sources, backend, isNice, entry, clock } = this.options;
    const start: WorkerStart = { sources, backend, ...(isNice && { isNice }) };
    this.state = 'starting';
    let worker: Worker;
    try {
      worker = new Worker(entry ?? compiledEntry('gateway/watch/model/model-worker'), {
        workerData: start,
        name: 'harbinger-model',
        resourceLimits,
      });
    } catch (error) {
      this.replace('MODEL_CRASHED', messageOf(error));
      return;
    }
    this.worker = worker;
    const mine = (react: () => void) => {
      if (this.worker === worker) react();
    };
    worker.on('message', (message: FromWorker) => mine(() => this.received(message)));
    worker.on('error', (error) => mine(() => this.replace('MODEL_CRASHED', messageOf(error))));
    worker.on('exit', (code) =>
      mine(() => this.replace('MODEL_CRASHED', `the model's worker ended with code ${code}`)),
    );
    this.timer = clock.setTimer(startMsMax, () =>
      this.replace('MODEL_TIMEOUT', `the model's worker was not ready within ${startMsMax} ms`),
    );
  }

  private received(message: FromWorker): void {
    switch (message.kind) {
      case 'ready':
        return this.ready(message);
      case 'unusable':
        return this.replace('MODEL_CRASHED', message.error.message);
      case 'scored':
        this.attempt = 0;
        return this.pending.resolve(message.id, message);
      case 'failed':
        return this.pending.reject(message.id, fromWire(message.error));
    }
  }

  private ready({ backend, models, refusals, trained = [] }: Extract<FromWorker, { kind: 'ready' }>): void {
    this.timer?.cancel();
    this.state = 'ready';
    this.backend = backend;
    this.models = new Map(models.map((model) => [model.machineType, model]));
    const before = this.trained;
    this.trained = new Map(trained.map((each) => [each.machineType, sameModel(before, each)]));
    this.refusals = refusals;
    this.lastError = null;
    const { log } = this.options;
    const names = models.map(({ name, version }) => `${name} ${version}`);
    log.info(
      { backend: backend.name, unavailable: backend.unavailable, models: names },
      'model worker is ready',
    );
    for (const { code, machineType, message } of refusals) {
      log.error({ code, machineType }, `${message}; rules decide about machines of type '${machineType}'`);
    }
    this.settle();
  }

  /** Terminates this worker, whatever its state, and starts another after a delay. */
  private replace(code: string, message: string): void {
    const { worker } = this;
    this.forget('waiting');
    if (worker) endThread(worker).catch(() => {});
    this.lastError = message;
    this.restarts++;
    this.pending.failAll(problem(code, message));
    const delayMs = backoffMs(this.attempt++, this.options.restart, this.options.random);
    this.options.log.error(
      { code, delayMs: Math.round(delayMs) },
      `${message}; rules decide until it is back`,
    );
    this.timer = this.options.clock.setTimer(delayMs, () => this.spawn());
    this.settle();
  }

  private forget(state: ModelStatus['state']): void {
    this.timer?.cancel();
    this.worker = null;
    this.state = state;
  }

  private settle(): void {
    this.settleStart?.();
    this.settleStart = null;
  }
}
