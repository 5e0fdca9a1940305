import type { Clock } from '../../runtime/clock.ts';
import type { ReadRequest } from '../frames/request.ts';

interface Unanswered {
  function: number;
  count: number;
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

  isTrusted({ unit, function: of, count }: ReadRequest): boolean {
    return !this.of(unit).some((late) => late.function === of && late.count === count);
  }

  /** Notes that a request has had no answer. */
  unanswered({ unit, function: of, count }: ReadRequest): void {
    const others = this.of(unit).filter((late) => late.function !== of || late.count !== count);
    const untilMs = this.clock.monotonicMs() + this.lateMsMax;
    this.byUnit.set(unit, [...others.slice(1 - perUnitMax), { function: of, count, untilMs }]);
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
