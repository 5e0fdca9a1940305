/**
 * The first settings of an installation (deploy/cli/setup): what is asked, and the file that follows from the answers.
 * Files of settings that people write themselves are never changed: the answers become a drop-in beside them.
 * This file has the questions and what is a sound answer.
 */
import { parse } from 'smol-toml';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Side } from '../../service/installed-side.ts';

export interface Question {
  key: string;
  text: string;
  /** Meaning of an empty answer; without it, an answer is needed. */
  initial?: string;
  /** Whether it is asked, after the answers before it. */
  when?(answers: Answers): boolean;
  /** Says what is wrong with an answer, or null. */
  problem?(answer: string): string | null;
}

export type Answers = Readonly<Record<string, string>>;

const name = (answer: string) =>
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(answer)
    ? null
    : 'use letters, digits, dots, dashes and underscores, beginning with a letter or a digit, at most 64';
const nameOrNone = (answer: string) => (answer === '' ? null : name(answer));
const address = (answer: string) =>
  answer === '' || /^(mqtts?|wss?):\/\/[^\s/]+$/.test(answer)
    ? null
    : 'write it as mqtts://HOST:PORT, or mqtt://HOST:PORT within a network that is trusted';
const password = (answer: string) => (answer.length >= 8 ? null : 'it has at least 8 characters');

export function questionsOf(side: Side, hostname: string): readonly Question[] {
  const own = hostname.replace(/[^A-Za-z0-9_.-]/g, '-') || 'gateway-1';
  if (side === 'cloud')
    return [
      { key: 'gateway', text: 'Name of the first gateway', problem: name },
      {
        key: 'password',
        text: 'Its password (empty: one is made)',
        initial: '',
        problem: (answer) => (answer === '' ? null : password(answer)),
      },
    ];
  return [
    { key: 'site', text: 'Name of this site, such as hall-1', problem: name },
    { key: 'gateway', text: 'Name of this gateway', initial: own, problem: name },
    {
      key: 'cloud',
      text: 'Address of the cloud, such as mqtts://cloud.example.org:1884 (empty: none yet)',
      initial: '',
      problem: address,
    },
    {
      key: 'password',
      text: 'Password of this gateway at the cloud',
      when: ({ cloud }) => cloud !== '',
      problem: password,
    },
    {
      key: 'machine',
      text: 'First machine, such as pump-3 (empty: none yet)',
      initial: '',
      problem: nameOrNone,
    },
    {
      key: 'type',
      text: 'Its type (`harbinger types` lists them)',
      initial: 'generic',
      when: ({ machine }) => machine !== '',
      problem: name,
    },
  ];
}

const answersMax = 64 << 10;

/** Reads a file of answers: TOML, with the keys of the questions. @throws HarbingerError SETUP_ANSWERS */
export function answersIn(text: string, questions: readonly Question[]): Answers {
  const refused = (why: string) => new HarbingerError('SETUP_ANSWERS', 'config', `the answers: ${why}`);
  if (text.length > answersMax) throw refused(`the file has more than ${answersMax} characters`);
  let given: Record<string, unknown>;
  try {
    given = parse(text);
  } catch (error) {
    throw refused(`this is not TOML: ${error instanceof Error ? error.message : String(error)}`);
  }
  const keys = questions.map(({ key }) => key);
  const unknown = Object.keys(given).filter((key) => !keys.includes(key));
  if (unknown.length > 0) throw refused(`'${unknown.join("', '")}' is not one of ${keys.join(', ')}`);
  const answers: Record<string, string> = {};
  for (const { key, initial, when, problem } of questions) {
    if (when && !when(answers)) continue;
    const answer = given[key] ?? initial;
    if (typeof answer !== 'string') throw refused(`'${key}' is needed, as a text in quotes`);
    const why = problem?.(answer) ?? null;
    if (why !== null) throw refused(`${key}: ${why}`);
    answers[key] = answer;
  }
  return answers;
}

/** Asks one question after the other; a wrong answer is asked for again, as often as `triesMax` says. */
export async function askAll(
  questions: readonly Question[],
  ask: (text: string) => Promise<string>,
  say: (text: string) => void,
  triesMax = 5,
): Promise<Answers> {
  const answers: Record<string, string> = {};
  for (const { key, text, initial, when, problem } of questions) {
    if (when && !when(answers)) continue;
    const shown = initial === undefined || initial === '' ? text : `${text} [${initial}]`;
    for (let tries = 1; ; tries++) {
      const given = (await ask(`${shown}: `)).trim();
      const answer = given === '' && initial !== undefined ? initial : given;
      const why = problem?.(answer) ?? null;
      if (why === null) {
        answers[key] = answer;
        break;
      }
      if (tries === triesMax) throw new HarbingerError('SETUP_ANSWERS', 'config', `${key}: ${why}`);
      say(`  ${why}\n`);
    }
  }
  return answers;
}
