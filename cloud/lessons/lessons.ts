/**
 * Lessons (cloud/lessons): tells gateways what warnings of their self-learned detectors turned out to be, as documents of the kind
 * `lessons`. What a gateway does with them is its business (gateway/decisions/alert/lessons).
 */
import { documentLimits } from '../../shared/contract/fleet/documents.ts';
import { type Lesson, lessonLimits } from '../../shared/contract/fleet/lessons.ts';
import { type Clock, RegularLook } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { FleetAdmin } from '../ports/fleet/fleet.ts';
import type { Outcome, Outcomes, WarningOutcome } from '../ports/outcomes/outcomes.ts';

const lookMs = 10_000;
/** Some are left for the rest of the document. */
const bytesMax = documentLimits.bodyBytesMax - 64;
/** Older ones say little of how a machine is now. */
const learntMsMax = 365 * 86_400_000;

export interface LessonsDeps {
  outcomes: Pick<Outcomes, 'all'>;
  fleet: Pick<FleetAdmin, 'wanted' | 'set'>;
  gateways: readonly string[];
  clock: Clock;
  log: Log;
}

/** Tells gateways what has changed, again and again. */
export class Lessons extends RegularLook {
  private readonly deps: LessonsDeps;

  constructor(deps: LessonsDeps) {
    super(deps.clock, lookMs, () => this.tell());
    this.deps = deps;
  }

  private async tell(): Promise<void> {
    const { outcomes, fleet, gateways, clock, log } = this.deps;
    const { byGateway, left } = lessonsOf(outcomes.all(), clock.nowMs());
    const wanted = fleet.wanted('lessons');
    for (const gateway of gateways) {
      const lessons = byGateway.get(gateway) ?? [];
      const known = wanted.find((each) => each.gateway === gateway);
      // Fields of a document that was kept may be in another order.
      const before = (known?.body.lessons ?? []) as Lesson[];
      if (textOf(before) === textOf(lessons)) continue;
      try {
        const more = left.get(gateway) ?? 0;
        const why = `what warnings turned out to be${more === 0 ? '' : `; ${more} older lessons were left out`}`;
        await fleet.set({ kind: 'lessons', gateway, body: { lessons }, who: 'harbinger', why });
      } catch (error) {
        log.warn(
          { gateway, problem: messageOf(error) },
          'lessons cannot be told to a gateway; it is tried again',
        );
      }
    }
  }
}

const textOf = (lessons: readonly Lesson[]) =>
  JSON.stringify(
    lessons.map((each) => [each.site, each.machine, each.failureMode, each.falseMs, each.rightMs]),
  );

interface LessonsToTell {
  /** The latest first, as many as a document holds. */
  byGateway: Map<string, Lesson[]>;
  /** How many older ones were left out. */
  left: Map<string, number>;
}

export function lessonsOf(outcomes: Iterable<Outcome>, nowMs: number): LessonsToTell {
  const found = new Map<string, Lesson & { gateway: string }>();
  for (const outcome of outcomes) {
    if (!isLesson(outcome)) continue;
    const atMs = Date.parse(outcome.openedAt);
    if (!(atMs > nowMs - learntMsMax)) continue;
    const { gateway, site, machine, failureMode, verdict } = outcome;
    const key = JSON.stringify([gateway, site, machine, failureMode]);
    const lesson = found.get(key) ?? { gateway, site, machine, failureMode, falseMs: [], rightMs: [] };
    found.set(key, lesson);
    lesson[verdict === 'false-alarm' ? 'falseMs' : 'rightMs'].push(atMs);
  }
  const byGateway = new Map<string, Lesson[]>();
  const left = new Map<string, number>();
  const bytesOf = new Map<string, number>();
  const latestOf = ({ falseMs, rightMs }: Lesson) => Math.max(...falseMs, ...rightMs);
  const all = [...found].sort(([a, x], [b, y]) => latestOf(y) - latestOf(x) || (a < b ? -1 : 1));
  for (const [, { gateway, ...lesson }] of all) {
    const own = byGateway.get(gateway) ?? [];
    byGateway.set(gateway, own);
    const told = { ...lesson, falseMs: latest(lesson.falseMs), rightMs: latest(lesson.rightMs) };
    const bytes = (bytesOf.get(gateway) ?? 0) + Buffer.byteLength(JSON.stringify(told)) + 1;
    // Whatever is left out is older than all that is told, whatever its size.
    if (own.length >= lessonLimits.entriesMax || bytes > bytesMax) {
      left.set(gateway, (left.get(gateway) ?? 0) + 1);
      bytesOf.set(gateway, Number.POSITIVE_INFINITY);
      continue;
    }
    bytesOf.set(gateway, bytes);
    own.push(told);
  }
  return { byGateway, left };
}

const latest = (times: readonly number[]) => times.toSorted((a, b) => b - a).slice(0, lessonLimits.timesMax);

function isLesson(outcome: Outcome): outcome is WarningOutcome {
  const { kind, verdict } = outcome;
  return (
    kind === 'warning' &&
    outcome.raisedBy.policy === 'self-learned' &&
    (verdict === 'false-alarm' || verdict === 'confirmed')
  );
}
