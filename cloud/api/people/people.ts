/**
 * People and programs that may call the API (cloud/api/people), beside those who have its own tokens: each has a name, a role and a
 * secret of its own, so that the audit names who. Here: who there is. roles.ts says what a role may, people-routes.ts changes them.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { RecordFile } from '../../../shared/files/json/record-file.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { Exclusive } from '../../../shared/runtime/order/exclusive.ts';
import { type EndedSession, type PeopleContent, type Person, peopleFile } from './people-file.ts';

export type { Person } from './people-file.ts';

const peopleMax = 1_000;
/** More sign-outs within the life of a session than this end the oldest entries. */
const endedMax = 10_000;

/** Names that stand for the tokens of the configuration, and for callers without any. */
const reserved = ['token', 'readToken', 'session', 'loopback', 'job', 'harbinger'];

export type PersonAsked = Omit<Person, 'addedMs' | 'tokenHash' | 'by'> & { tokenHash?: string };

export class People {
  private readonly exclusive = new Exclusive();
  private readonly file: RecordFile<PeopleContent> | null;
  private readonly clock: Clock;
  private people: ReadonlyMap<string, Person> = new Map();
  private ended: ReadonlyMap<string, number> = new Map();
  private byHash: ReadonlyMap<string, Person> = new Map();

  /** @param file null: nothing is kept @throws HarbingerError PEOPLE_VERSION, PEOPLE_UNREADABLE */
  constructor(file: RecordFile<PeopleContent> | null, clock: Clock) {
    this.file = file;
    this.clock = clock;
    const { people = [], ended = [] } = file?.load() ?? {};
    this.take(new Map(people.map((person) => [person.name, person])));
    this.ended = new Map(ended.map(({ id, untilMs }) => [id, untilMs]));
  }

  /** People of a data folder. @throws HarbingerError PEOPLE_VERSION, PEOPLE_UNREADABLE */
  static in(dataDir: string | undefined, clock: Clock, log: Log): People {
    return new People(dataDir === undefined ? null : peopleFile(join(dataDir, 'people.json'), log), clock);
  }

  /** Null if nobody has this token, or not any more. */
  byToken(token: string): Person | null {
    return this.inForce(this.byHash.get(hashOfToken(token)));
  }

  find(name: string): Person | null {
    return this.inForce(this.people.get(name));
  }

  list(): Person[] {
    return [...this.people.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * Adds somebody, or changes the role, the end or the secret of somebody who is there. Durable and in force when resolved.
   * @throws HarbingerError PEOPLE_INVALID, PEOPLE_UNKNOWN, PEOPLE_TOO_MANY, PEOPLE_UNWRITABLE
   */
  set({ tokenHash, ...asked }: PersonAsked, by: string): Promise<Person> {
    return this.exclusive.run(async () => {
      const known = this.people.get(asked.name);
      if (reserved.includes(asked.name))
        throw refusal(
          'PEOPLE_INVALID',
          `the name '${asked.name}' stands for a token of the configuration; choose another`,
        );
      if (known && known.kind !== asked.kind)
        throw refusal(
          'PEOPLE_INVALID',
          `'${asked.name}' is a ${known.kind}; revoke it first, or choose another name`,
        );
      const hash = tokenHash ?? known?.tokenHash;
      if (hash === undefined)
        throw refusal(
          'PEOPLE_UNKNOWN',
          `there is no ${asked.kind} '${asked.name}'; see \`harbinger ${asked.kind}s list\``,
        );
      const people = new Map(this.people);
      const person = { ...asked, tokenHash: hash, addedMs: known?.addedMs ?? this.clock.nowMs(), by };
      people.set(asked.name, person);
      if (people.size > peopleMax) throw refusal('PEOPLE_TOO_MANY', `there may be ${peopleMax}: revoke some`);
      await this.save(people, this.ended);
      this.take(people);
      return person;
    });
  }

  /** Their tokens and sessions end at once. Durable when resolved. @throws HarbingerError PEOPLE_UNWRITABLE */
  revoke(names: readonly string[]): Promise<{ revoked: string[]; unknown: string[] }> {
    return this.exclusive.run(async () => {
      const people = new Map(this.people);
      const revoked = [...new Set(names)].filter((name) => people.delete(name));
      if (revoked.length > 0) await this.save(people, this.ended);
      this.take(people);
      return { revoked, unknown: names.filter((name) => !revoked.includes(name)) };
    });
  }

  /** Ends a session before its time, over restarts too. @throws HarbingerError PEOPLE_UNWRITABLE */
  endSession({ id, untilMs }: EndedSession): Promise<void> {
    return this.exclusive.run(async () => {
      const nowMs = this.clock.nowMs();
      const still = [...this.ended].filter(([, endMs]) => endMs > nowMs).slice(-(endedMax - 1));
      this.ended = new Map([...still, [id, untilMs]]);
      await this.save(this.people, this.ended);
    });
  }

  isEnded(id: string): boolean {
    return this.ended.has(id);
  }

  private inForce(person: Person | undefined): Person | null {
    if (!person) return null;
    return (person.untilMs ?? Number.POSITIVE_INFINITY) > this.clock.nowMs() ? person : null;
  }

  private take(people: ReadonlyMap<string, Person>): void {
    this.people = people;
    this.byHash = new Map([...people.values()].map((person) => [person.tokenHash, person]));
  }

  private async save(people: ReadonlyMap<string, Person>, ended: ReadonlyMap<string, number>): Promise<void> {
    const sessions = [...ended].map(([id, untilMs]) => ({ id, untilMs }));
    await this.file?.save({ people: [...people.values()], ended: sessions });
  }
}

/** A token is random, so a fast hash keeps it as well as a slow one. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

const refusal = (code: string, message: string) => new HarbingerError(code, 'api', message);
