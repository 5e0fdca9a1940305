/**
 * Downloads (gateway/models/download): how a gateway comes by a model that its cloud has. This file fetches the bundle piece by
 * piece into a file, and goes on where it was; install.ts makes a model of it that may run, or says why it must not.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { appendFile, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ChunkPiece,
  type ChunkProblem,
  encodeAsk,
  notUnderstood,
  parseChunk,
} from '../../../shared/contract/models/chunks.ts';
import { makeFolder } from '../../../shared/files/make-folder.ts';
import { type Clock, sleep, type Timer } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { ModelRef } from '../../ports/models/models.ts';

const pieceBytes = 32 << 10;
/** A piece that has not come within this time is asked for again. */
const answerMsMax = 5_000;
/** A download to which nothing has come for so long is given up; what is here of it is kept for the next time. */
const stallMsMax = 120_000;
const busyMs = 1_000;
/** Unfinished downloads that are kept beside the one that is wanted, the latest. */
const othersMax = 4;
/** A bundle that is not what the cloud has announced is fetched so often. */
const triesMax = 3;

export interface DownloadDeps {
  folder: string;
  /** The most that a bundle may have here. */
  bytesMax: number;
  /** Downloads are slowed down to this, so that readings go first. */
  bytesPerS: number;
  /** Sends a message to the cloud, if it is connected and has models. */
  ask(message: Buffer): void;
  clock: Clock;
}

export interface Fetched {
  bundle: Buffer;
  sha256: string;
}

const refOf = ({ name, version }: ModelRef) => `${name}@${version}`;
type Answer = ChunkPiece | ChunkProblem;

export class Download {
  private readonly deps: DownloadDeps;
  private nextId = Math.floor(Date.UTC(2024, 0, 1) / 1_000);
  private waiting: { id: number; take(answer: Answer | null): void } | null = null;
  private isStopped = false;
  readonly counts = { bytes: 0, pieces: 0, asked: 0 };

  constructor(deps: DownloadDeps) {
    this.deps = deps;
  }

  /** Takes what the cloud says; null: it is connected anew. */
  heard(message: Buffer | null): void {
    if (message === null) return this.waiting?.take(null);
    const answer = parseChunk(message);
    if (answer && answer.id === this.waiting?.id) this.waiting.take(answer);
  }

  stop(): void {
    this.isStopped = true;
    this.waiting?.take(null);
  }

  /**
   * Fetches a bundle; one at a time. @param isWanted says by the SHA-256 of the whole, as the cloud has announced it, whether it is
   * worth fetching, and throws if not
   * @param signal ends it; what has come is kept for the next time
   * @throws HarbingerError MODEL_ABSENT, MODEL_DOWNLOAD (retry), MODEL_REFUSED_SIZE, and what isWanted throws
   */
  async fetch(ref: ModelRef, isWanted: (sha256: string) => void, signal?: AbortSignal): Promise<Fetched> {
    const wake = () => this.waiting?.take(null);
    signal?.addEventListener('abort', wake);
    try {
      return await this.fetched(ref, isWanted, signal);
    } finally {
      signal?.removeEventListener('abort', wake);
    }
  }

  private async fetched(
    ref: ModelRef,
    isWanted: (sha256: string) => void,
    signal?: AbortSignal,
  ): Promise<Fetched> {
    makeFolder(this.deps.folder, 0o750);
    this.dropOthers(ref);
    for (let tries = 1; ; tries++) {
      const path = await this.whole(ref, isWanted, signal);
      const bundle = readFileSync(path);
      const sha256 = createHash('sha256').update(bundle).digest('hex');
      if (path.endsWith(`${sha256}.part`)) return { bundle, sha256 };
      await rm(path, { force: true });
      if (tries === triesMax) throw this.problem(ref, 'what has come is not what the cloud has announced');
    }
  }

  /** Forgets what is here of a download. */
  forget(ref: ModelRef): void {
    for (const file of this.partsOf(ref)) rmSync(join(this.deps.folder, file), { force: true });
  }

  /** Removes what is here of downloads that nobody has gone on with for the longest time. */
  private dropOthers(ref: ModelRef): void {
    const { folder } = this.deps;
    const own = this.partsOf(ref);
    const others = readdirSync(folder)
      .filter((file) => file.endsWith('.part') && !own.includes(file))
      .map((file) => join(folder, file))
      .sort((a, b) => changedMs(b) - changedMs(a));
    for (const path of others.slice(othersMax)) rmSync(path, { force: true });
  }

  private async whole(
    ref: ModelRef,
    isWanted: (sha256: string) => void,
    signal?: AbortSignal,
  ): Promise<string> {
    const { folder, bytesMax, bytesPerS, clock } = this.deps;
    let path = '';
    let have = 0;
    let begun = 0;
    let grownMs = clock.monotonicMs();
    for (;;) {
      const beganMs = clock.monotonicMs();
      const offset = path === '' ? this.resumedAt(ref) : have;
      const piece = await this.piece(ref, offset, grownMs + stallMsMax, signal);
      if (piece.total > bytesMax)
        throw new HarbingerError(
          'MODEL_REFUSED_SIZE',
          'intelligence',
          `the cloud's ${refOf(ref)} has ${piece.total} bytes, more than ${bytesMax} (models.downloadBytesMax)`,
        );
      isWanted(piece.sha256);
      const named = join(folder, `${refOf(ref)}.${piece.sha256}.part`);
      if (named !== path) {
        if (++begun > triesMax) throw this.problem(ref, 'the cloud announces another one each time');
        for (const file of this.partsOf(ref))
          if (join(folder, file) !== named) rmSync(join(folder, file), { force: true });
        path = named;
        have = sizeOf(path);
      }
      // Only what continues the file is taken: a piece that comes twice, or late, is passed over.
      const isNext = piece.offset === have && piece.bytes.length > 0;
      if (isNext) {
        await appendFile(path, piece.bytes, { mode: 0o640 });
        have += piece.bytes.length;
        this.counts.bytes += piece.bytes.length;
        this.counts.pieces++;
      }
      if (have > piece.total) await rm(path, { force: true }).then(() => (path = ''));
      else if (have === piece.total) break;
      const dueMs = beganMs + Math.max(isNext ? 0 : busyMs, (1_000 * piece.bytes.length) / bytesPerS);
      await sleep(clock, Math.max(0, dueMs - clock.monotonicMs()));
      if (isNext) grownMs = clock.monotonicMs();
    }
    const file = await open(path, 'r+');
    await file.datasync();
    await file.close();
    return path;
  }

  private async piece(
    ref: ModelRef,
    offset: number,
    endMs: number,
    signal?: AbortSignal,
  ): Promise<ChunkPiece> {
    const { clock, ask } = this.deps;
    while (clock.monotonicMs() < endMs && !this.isStopped && !signal?.aborted) {
      const id = this.nextId++;
      const answer = this.answer(id);
      this.counts.asked++;
      ask(encodeAsk({ id, name: ref.name, model: ref.version, offset, bytes: pieceBytes }));
      const said = await answer;
      if (said && 'bytes' in said) return said;
      if (said?.problem === 'absent')
        throw new HarbingerError(
          'MODEL_ABSENT',
          'intelligence',
          `the cloud has no model ${refOf(ref)}; push it with \`harbinger models push\``,
          { retry: true },
        );
      if (said?.problem === notUnderstood)
        throw this.problem(
          ref,
          'the cloud does not understand what is asked of it: it is of another version',
        );
      if (said) await sleep(clock, busyMs);
    }
    if (signal?.aborted) throw this.problem(ref, 'nobody wants it any more');
    throw this.problem(
      ref,
      this.isStopped
        ? 'the gateway is being stopped'
        : 'the cloud does not answer with the next piece, or is of an earlier version',
    );
  }

  /** Null if nothing has come in time, or the connection is a new one. */
  private answer(id: number): Promise<Answer | null> {
    return new Promise((resolve) => {
      let timer: Timer | null = null;
      const take = (answer: Answer | null) => {
        timer?.cancel();
        this.waiting = null;
        resolve(answer);
      };
      timer = this.deps.clock.setTimer(answerMsMax, () => take(null));
      this.waiting = { id, take };
    });
  }

  private resumedAt(ref: ModelRef): number {
    const [part] = this.partsOf(ref);
    return part === undefined ? 0 : sizeOf(join(this.deps.folder, part));
  }

  private partsOf(ref: ModelRef): string[] {
    return readdirSync(this.deps.folder).filter(
      (file) => file.startsWith(`${refOf(ref)}.`) && /\.[0-9a-f]{64}\.part$/.test(file),
    );
  }

  private problem(ref: ModelRef, why: string): HarbingerError {
    return new HarbingerError(
      'MODEL_DOWNLOAD',
      'intelligence',
      `${refOf(ref)} cannot be fetched yet: ${why}`,
      { retry: true },
    );
  }
}

function changedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
