import type { RecordFile } from '../../shared/files/json/record-file.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { Exclusive } from '../../shared/runtime/order/exclusive.ts';
import type { DeclaredRule, WhoAsks } from '../ports/onboarding/onboarding.ts';
import type { DeclaredChange, DeclaredContent } from './declared-file.ts';

const acceptedMax = 5_000;
const ignoredMax = 1_000;
/** Every message of an unknown machine is compared with each pattern. */
const patternsMax = 100;
const changesMax = 1_000;

/** Two levels of names in which + stands for a level and * for any characters. */
const matchForm = /^(?:\+|[A-Za-z0-9_.*-]{1,64})\/(?:\+|[A-Za-z0-9_.*-]{1,64})$/;

/** The rules that people have made while the gateway runs; each is on disk before it is in force. */
export class DeclaredBook {
  private rules: readonly DeclaredRule[];
  private changes: readonly DeclaredChange[];
  private readonly file: RecordFile<DeclaredContent>;
  private readonly apply: (rules: readonly DeclaredRule[]) => void;
  private readonly clock: Clock;
  private readonly exclusive = new Exclusive();

  /** @throws HarbingerError DECLARED_VERSION, DECLARED_UNREADABLE */
  constructor(
    file: RecordFile<DeclaredContent>,
    clock: Clock,
    apply: (rules: readonly DeclaredRule[]) => void,
  ) {
    const saved = file.load();
    this.file = file;
    this.clock = clock;
    this.apply = apply;
    this.rules = saved?.rules ?? [];
    this.changes = saved?.changes ?? [];
    apply(this.rules);
  }

  list(): DeclaredRule[] {
    return [...this.rules];
  }

  find(match: string): DeclaredRule | null {
    return this.rules.find((rule) => rule.match === match) ?? null;
  }

  /** @throws HarbingerError ONBOARDING_MATCH, ONBOARDING_TOO_MANY, DECLARED_UNWRITABLE */
  set(match: string, type: string | null, who: WhoAsks): Promise<void> {
    if (!matchForm.test(match))
      return Promise.reject(
        new HarbingerError(
          'ONBOARDING_MATCH',
          'contract',
          `'${match.slice(0, 140)}' is not SITE/MACHINE, or a pattern of it such as hall3/+ or hall3/pump-*`,
        ),
      );
    return this.exclusive.run(async () => {
      const others = this.rules.filter((rule) => rule.match !== match);
      const rule = { match, type, ...who, atMs: this.clock.nowMs() };
      refuseTooMany([...others, rule]);
      await this.save([...others, rule], { ...rule, did: type === null ? 'ignore' : 'accept' });
    });
  }

  /** Returns whether there was one. @throws HarbingerError DECLARED_UNWRITABLE */
  remove(match: string, who: WhoAsks): Promise<boolean> {
    return this.exclusive.run(async () => {
      const rule = this.find(match);
      if (!rule) return false;
      const others = this.rules.filter((other) => other !== rule);
      const atMs = this.clock.nowMs();
      await this.save(others, { match, did: 'undo', type: rule.type, ...who, atMs });
      return true;
    });
  }

  private async save(rules: readonly DeclaredRule[], change: DeclaredChange): Promise<void> {
    const changes = [...this.changes, change].slice(-changesMax);
    await this.file.save({ rules: [...rules], changes });
    this.rules = rules;
    this.changes = changes;
    this.apply(rules);
  }
}

function refuseTooMany(rules: readonly DeclaredRule[]): void {
  const ignored = rules.filter(({ type }) => type === null).length;
  const patterns = rules.filter(({ match }) => /[+*]/.test(match)).length;
  const problem =
    rules.length - ignored > acceptedMax
      ? `more than ${acceptedMax} machines or patterns would be accepted`
      : ignored > ignoredMax
        ? `more than ${ignoredMax} machines or patterns would be ignored`
        : patterns > patternsMax
          ? `there would be more than ${patternsMax} patterns`
          : null;
  if (problem)
    throw new HarbingerError(
      'ONBOARDING_TOO_MANY',
      'contract',
      `${problem}: write a rule under [[machines]] of the configuration for machines with names of one shape, or take one back (harbinger machines undo)`,
    );
}
