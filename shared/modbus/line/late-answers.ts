import type { Clock } from '../../runtime/clock.ts';
import { dataBytes, type ReadRequest } from '../frames/request.ts';

/** By these an answer can be told from another: 17 and 20 bits are answered by the same number of bytes. */
interface Unanswered {
  function: number;
  bytes: number;
  untilMs: number;
}

/** Limit for each unit: there are not more requests than this whose answers differ in what they can be told by. */
const perUnitMax = 32;

/**
 * Requests to slaves on a line whose answers may still come. A frame on a line does not say which request it answers: an
 * answer that comes after its time-out looks like that to the next request of the same function and length. A slave
 * answers in order, so whatever can only answer a later request proves that nothing earlier comes any more.
 */
export class LateAnswers {
  private readonly byUnit = new Map<number, Unanswered[]>();
  private readonly clock: Clock;
  private readonly lateMsMax: number;

  /** @param lateMsMax how late an answer may come at most, after the time-out */
  constructor(clock: Clock, lateMsMax: number) {
    this.clock = clock;
    this.lateMsMax = lateMsMax;
  }

  isTrusted(request: ReadRequest): boolean {
    const bytes = dataBytes(request);
    return !this.of(request.unit).some((late) => late.function === request.function && late.bytes === bytes);
  }

  /** Notes that a request has had no answer. */
  unanswered(request: ReadRequest): void {
    const { unit, function: of } = request;
    const bytes = dataBytes(request);
    const others = this.of(unit).filter((late) => late.function !== of || late.bytes !== bytes);
    const untilMs = this.clock.monotonicMs() + this.lateMsMax;
    this.byUnit.set(unit, [...others.slice(1 - perUnitMax), { function: of, bytes, untilMs }]);
  }

  /** Notes that data came which only this request can have asked for. */
  answered({ unit }: ReadRequest): void {
    this.byUnit.delete(unit);
  }

  /** Notes an exception. It does not say how much was asked for, so it may be that of an earlier request. */
  refused(request: ReadRequest): void {
    const isAmbiguous = this.of(request.unit).some((late) => late.function === request.function);
    if (isAmbiguous) this.unanswered(request);
    else this.byUnit.delete(request.unit);
  }

  private of(unit: number): readonly Unanswered[] {
    const all = this.byUnit.get(unit);
    if (!all) return [];
    const nowMs = this.clock.monotonicMs();
    if (all.every(({ untilMs }) => untilMs > nowMs)) return all;
    const left = all.filter(({ untilMs }) => untilMs > nowMs);
    if (left.length === 0) this.byUnit.delete(unit);
    else this.byUnit.set(unit, left);
    return left;
  }
}
