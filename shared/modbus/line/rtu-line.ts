import { type Clock, sleep, type Timer } from '../../runtime/clock.ts';
import type { ReadRequest } from '../frames/request.ts';
import { findRtuAnswer, mayHaveBegun, rtuAnswerBytes, rtuBytesMax, rtuRequest } from '../frames/rtu.ts';
import type { Channel } from './channel.ts';
import type { LateAnswers } from './late-answers.ts';
import type { Line, LineCounts, Outcome } from './line.ts';

export interface RtuTiming {
  /** 0 where bytes take no time: TCP. */
  baudRate: number;
  /** Bits of a character with start, check and stop bits. */
  characterBits: number;
  /** How long the line must have been silent after a request that went wrong. */
  quietMs: number;
}

/** Bytes that are searched for an answer: one with as much noise before it. */
const keptBytesMax = 4 * rtuBytesMax;
/** Silence inside a frame that says that the rest does not come. Adapters and systems hold bytes back for some ms. */
const gapMs = 100;
/** Fewer bytes are not part of a frame: drivers of lines add one or two as they switch. */
const frameBytesMin = 5;
/** How long a line that is never silent is waited for. */
const stillMsMax = 2_000;
/** Above this speed the silence between frames no longer shrinks (specification, 2.5.1.1). */
const fastBaudRate = 19_200;
const fastSilenceMs = 1.75;
const silenceCharacters = 3.5;

interface UnderWay {
  request: ReadRequest;
  deadlineMs: number;
  timer: Timer;
  end(outcome: Outcome): void;
}

/** RTU frames, one request under way. Its answer is looked for anywhere in what comes. */
export class RtuLine implements Line {
  readonly counts: LineCounts;
  readonly gone: Promise<string>;
  private readonly channel: Channel;
  private readonly timing: RtuTiming;
  private readonly late: LateAnswers;
  private readonly clock: Clock;
  private readonly silenceMs: number;
  private readonly characterMs: number;
  private came: Buffer = Buffer.alloc(0);
  private lastByteMs = Number.NEGATIVE_INFINITY;
  /** Something went wrong, or came that nobody had asked for: wait longer for silence. */
  private isTroubled = true;
  private isClosed = false;
  private underWay: UnderWay | null = null;

  /** @param kept outlives a connection: the slaves do not know that it was a new one */
  constructor(
    channel: Channel,
    timing: RtuTiming,
    kept: { late: LateAnswers; counts: LineCounts },
    clock: Clock,
  ) {
    this.channel = channel;
    this.timing = timing;
    this.late = kept.late;
    this.counts = kept.counts;
    this.clock = clock;
    const { baudRate, characterBits } = timing;
    this.characterMs = baudRate === 0 ? 0 : (characterBits * 1_000) / baudRate;
    this.silenceMs = baudRate > fastBaudRate ? fastSilenceMs : silenceCharacters * this.characterMs;
    channel.stream.on('data', (chunk: Buffer) => this.take(chunk));
    channel.stream.on('error', () => undefined); // `gone` says it
    this.gone = channel.gone.then((reason) => {
      this.isClosed = true;
      this.underWay?.end({ kind: 'closed' });
      return reason;
    });
  }

  isTrusted(request: ReadRequest): boolean {
    return this.late.isTrusted(request);
  }

  async request(request: ReadRequest, timeoutMs: number): Promise<Outcome> {
    if (!(await this.still())) return { kind: 'busy' };
    if (this.isClosed) return { kind: 'closed' };
    this.drop();
    this.isTroubled = false;
    this.counts.requests += 1;
    const outcome = await this.exchange(request, timeoutMs);
    if (outcome.kind === 'data') this.late.answered(request);
    else if (outcome.kind === 'exception') this.late.refused(request);
    else {
      this.late.unanswered(request);
      this.isTroubled = true;
      this.lastByteMs = this.clock.monotonicMs();
    }
    return outcome;
  }

  async close(): Promise<void> {
    await this.channel.close();
  }

  private exchange(request: ReadRequest, timeoutMs: number): Promise<Outcome> {
    const frame = rtuRequest(request);
    const sendingMs = frame.length * this.characterMs;
    const allMs = sendingMs + timeoutMs + rtuAnswerBytes(request) * this.characterMs;
    return new Promise((resolve) => {
      const underWay: UnderWay = {
        request,
        deadlineMs: this.clock.monotonicMs() + allMs,
        timer: this.clock.setTimer(allMs, () => this.failed()),
        end: (outcome) => {
          underWay.timer.cancel();
          this.underWay = null;
          resolve(outcome);
        },
      };
      this.underWay = underWay;
      this.channel.stream.write(frame);
    });
  }

  private failed(): void {
    if (!this.underWay) return;
    const echo = rtuRequest(this.underWay.request);
    // Nothing came from the device if only the request came back.
    const bytes = this.came.equals(echo) ? 0 : this.came.length;
    this.underWay.end(bytes === 0 ? { kind: 'silent' } : { kind: 'damaged', bytes });
  }

  private take(chunk: Buffer): void {
    const nowMs = this.clock.monotonicMs();
    this.lastByteMs = nowMs;
    const { underWay } = this;
    if (!underWay) {
      this.counts.strayBytes += chunk.length;
      this.isTroubled = true;
      return;
    }
    const all = this.came.length === 0 ? chunk : Buffer.concat([this.came, chunk]);
    this.counts.strayBytes += Math.max(0, all.length - keptBytesMax);
    this.came = all.subarray(-keptBytesMax);
    const found = findRtuAnswer(this.came, underWay.request);
    if (!found) return this.waitForRest(underWay, nowMs);
    const others = this.came.length - (found.to - found.from);
    this.counts.strayBytes += others;
    this.isTroubled = others > 0;
    this.came = Buffer.alloc(0);
    const { answer } = found;
    underWay.end(
      'data' in answer ? { kind: 'data', data: answer.data } : { kind: 'exception', code: answer.exception },
    );
  }

  /**
   * Waits for the rest of an answer that has begun no longer than the line is silent in between. The echo of the request,
   * which adapters with two wires return at once, and frames of others do not shorten the time-out.
   */
  private waitForRest(underWay: UnderWay, nowMs: number): void {
    const isPart = this.came.length >= frameBytesMin && mayHaveBegun(this.came, underWay.request);
    underWay.timer.cancel();
    const restMs = underWay.deadlineMs - nowMs;
    const waitMs = isPart ? Math.min(gapMs + 4 * this.characterMs, restMs) : restMs;
    underWay.timer = this.clock.setTimer(Math.max(0, waitMs), () => this.failed());
  }

  /** Waits until the line is silent; false if it never is. */
  private async still(): Promise<boolean> {
    const untilMs = this.clock.monotonicMs() + stillMsMax;
    for (;;) {
      const nowMs = this.clock.monotonicMs();
      const silenceMs = this.isTroubled ? Math.max(this.timing.quietMs, this.silenceMs) : this.silenceMs;
      const restMs = this.lastByteMs + silenceMs - nowMs;
      if (restMs <= 0 || this.isClosed) return true;
      if (nowMs >= untilMs) return false;
      await sleep(this.clock, restMs);
    }
  }

  /** Drops what came for an earlier request. */
  private drop(): void {
    this.counts.strayBytes += this.came.length;
    this.came = Buffer.alloc(0);
  }
}
