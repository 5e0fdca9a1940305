import { join } from 'node:path';
import type { DesiredDocument } from '../../../../shared/contract/fleet/documents.ts';
import { type Lesson, LessonsBody } from '../../../../shared/contract/fleet/lessons.ts';
import type { RecordFile } from '../../../../shared/files/json/record-file.ts';
import { codeOf, messageOf } from '../../../../shared/runtime/errors.ts';
import type { Log } from '../../../../shared/runtime/log.ts';
import { compileValidator } from '../../../../shared/runtime/validate.ts';
import type { FollowedKind } from '../../../ports/fleet/fleet.ts';
import type { CountedLessons, MachineLessons } from '../../../ports/fleet/lessons.ts';
import { type RelearntContent, relearntFile, relearntMax } from './relearnt-file.ts';

const check = compileValidator(LessonsBody);

type MachineName = { site: string; machine: string };
const keyOf = ({ site, machine }: MachineName) => `${site}/${machine}`;

/** Knows what warnings turned out to be, as the cloud says, and which machines were learnt anew since. */
export class Lessons implements FollowedKind, MachineLessons {
  readonly kind = 'lessons';
  /** By machine and failure mode. */
  private lessons = new Map<string, Lesson>();
  private readonly relearntMs: Map<string, number>;
  private readonly file: RecordFile<RelearntContent>;
  private readonly log: Log;
  private saving: Promise<void> = Promise.resolve();

  /** @throws HarbingerError LESSONS_VERSION, LESSONS_UNREADABLE */
  constructor(file: RecordFile<RelearntContent>, log: Log) {
    this.file = file;
    this.log = log;
    this.relearntMs = new Map(file.load()?.relearnt.map(({ machine, atMs }) => [machine, atMs]) ?? []);
  }

  /** The lessons of a data folder. @throws HarbingerError LESSONS_VERSION, LESSONS_UNREADABLE */
  static in(dataDir: string, log: Log): Lessons {
    return new Lessons(relearntFile(join(dataDir, 'lessons.json'), log), log);
  }

  problem(body: Record<string, unknown>): string | null {
    try {
      check(body, (problem) => new Error(problem));
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  apply(documents: readonly DesiredDocument[]): void {
    const all = documents.flatMap(({ body }) => (body as LessonsBody).lessons);
    this.lessons = new Map(all.map((lesson) => [`${keyOf(lesson)} ${lesson.failureMode}`, lesson]));
  }

  of(machine: MachineName, failureMode: string): CountedLessons | null {
    if (this.lessons.size === 0) return null;
    const lesson = this.lessons.get(`${keyOf(machine)} ${failureMode}`);
    if (!lesson) return null;
    const sinceMs = this.relearntMs.get(keyOf(machine)) ?? Number.NEGATIVE_INFINITY;
    const count = (times: readonly number[]) => times.filter((atMs) => atMs > sinceMs).length;
    const counted = { falseAlarms: count(lesson.falseMs), confirmed: count(lesson.rightMs) };
    return counted.falseAlarms + counted.confirmed === 0 ? null : counted;
  }

  relearnt(machine: MachineName, atMs: number): void {
    const key = keyOf(machine);
    // The latest stay last, so that the oldest can go.
    this.relearntMs.delete(key);
    this.relearntMs.set(key, atMs);
    for (const [oldest] of this.relearntMs) {
      if (this.relearntMs.size <= relearntMax) break;
      this.relearntMs.delete(oldest);
    }
    this.saving = this.saving.then(() => this.save());
  }

  renamed(from: MachineName, to: MachineName): void {
    const atMs = this.relearntMs.get(keyOf(from));
    if (atMs !== undefined && !(this.relearntMs.get(keyOf(to))! >= atMs)) this.relearnt(to, atMs);
  }

  /** Resolves when everything up to now is saved, or could not be. */
  saved(): Promise<void> {
    return this.saving;
  }

  private async save(): Promise<void> {
    try {
      await this.file.save({
        relearnt: [...this.relearntMs].map(([machine, atMs]) => ({ machine, atMs })),
      });
    } catch (error) {
      this.log.error(
        { code: codeOf(error), problem: messageOf(error) },
        'that a machine was learnt anew could not be saved',
      );
    }
  }
}
