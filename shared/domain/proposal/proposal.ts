/**
 * Proposals (shared/domain/proposal): a draft of a machine type, by what a machine has sent that nobody has described. Units,
 * kinds and ranges are guesses, and say so; limits are only comments, because nothing that was seen says what is too much.
 */
import { isIdentifier, plainName } from '../../contract/topics.ts';
import { unstoredFields } from '../machine-type.ts';
import { isStateName } from '../states.ts';
import { guessUnit, widened } from './guess-unit.ts';

/** One field, as it was seen. */
export interface SeenField {
  name: string;
  count: number;
  numbers: number;
  texts: number;
  booleans: number;
  low: number | null;
  high: number | null;
  isWhole: boolean;
  rises: number;
  falls: number;
  states: readonly string[];
  hasMoreStates: boolean;
}

export interface SeenMachine {
  site: string;
  machine: string;
  messages: number;
  stepMs: number | null;
  fields: readonly SeenField[];
}

/** A number that rises so often, and never falls, is probably a meter. */
const risesOfCounter = 20;
const comment = (text: string) => `# ${text.replace(/[^\x20-\x7e\u00a0-\uffff]/g, '·')}`;

/** Returns the file of a machine type, in TOML. @param name that of the type; made of that of the machine if absent */
export function draftType(seen: SeenMachine, name = typeName(seen.machine)): string {
  const { site, machine, messages, stepMs, fields } = seen;
  const taken = fields.filter((field) => isSensorName(field.name) && isOfUse(field));
  const left = fields.filter((field) => !taken.includes(field));
  return [
    comment(
      `A draft, made of ${messages} messages of ${site}/${machine}. Units, kinds and ranges are guesses:`,
    ),
    comment('check each, correct the unit, and set limits (warn, alarm) where you know them.'),
    `name = ${JSON.stringify(name)}`,
    'extends = "generic"',
    'version = "1.0.0"',
    `description = ${JSON.stringify(`Draft from what ${site}/${machine} has sent`)}`,
    ...(stepMs === null
      ? ['stepMs = 1000 # unknown: only one message was seen']
      : [`stepMs = ${Math.max(1, Math.round(stepMs))} # seen: the usual time between two messages`]),
    ...taken.flatMap((field) => ['', ...sensorLines(field)]),
    ...(left.length > 0
      ? ['', comment(`Not in this draft: ${left.map(({ name: of }) => of).join(', ')}.`)]
      : []),
    '',
  ].join('\n');
}

function sensorLines(field: SeenField): string[] {
  const head = ['[[sensors]]', `name = ${JSON.stringify(field.name)}`];
  if (isState(field)) return [...head, 'kind = "state"', ...stateComment(field)];
  const seen = { low: field.low ?? 0, high: field.high ?? 0 };
  const guess = guessUnit(field.name, seen);
  const range = comment(`seen: ${shown(seen.low)} … ${shown(seen.high)}`);
  const unit = guess
    ? `unit = ${JSON.stringify(guess.unit)} # ${guess.sure}: ${guess.why}`
    : 'unit = "1" # unknown: neither its name nor its values say one';
  const onlyRises = field.falls === 0 && field.rises >= risesOfCounter;
  if (guess?.isCounter && field.falls <= 1 && seen.low >= 0)
    return [...head, 'kind = "counter" # by its name', unit, range];
  const { min, max } = around(guess ?? widened(seen), seen);
  return [
    ...head,
    unit,
    `min = ${min}`,
    `max = ${max} # ${guess ? 'what such a sensor can have' : 'far beyond what was seen'}; what is outside is refused`,
    range,
    ...(onlyRises
      ? [comment('It has only gone up: if it is a meter, kind = "counter" in place of min and max.')]
      : []),
    ...guessedLimits(seen),
  ];
}

/** A guess that nobody should take over unseen, so it is a comment. */
function guessedLimits({ low, high }: { low: number; high: number }): string[] {
  const span = high - low;
  if (!(span > 0)) return [];
  const [warn, alarm] = [high + span * 0.25, high + span * 0.5];
  return [
    comment(`warn = ${shown(warn)}`),
    comment(`alarm = ${shown(alarm)} # guesses: a quarter and a half of what was seen beyond it`),
  ];
}

function stateComment({ states, hasMoreStates, booleans }: SeenField): string[] {
  if (states.length === 0)
    return [comment(booleans > 0 ? 'seen: true or false' : 'seen: a few whole numbers')];
  const texts = states.map((state) => JSON.stringify(state)).join(', ');
  return [
    comment(
      `states = [${texts}] # seen${hasMoreStates ? ', and others' : ''}; if this is all, others would be refused`,
    ),
  ];
}

function isState({ name, numbers, texts, booleans, isWhole, low, high }: SeenField): boolean {
  if (texts + booleans > numbers) return true;
  return isStateName(name) && isWhole && low !== null && high !== null && low >= 0 && high <= 65_535;
}

const isOfUse = ({ numbers, texts, booleans }: SeenField) => numbers + texts + booleans > 0;

const isSensorName = (name: string) => isIdentifier(name) && !unstoredFields.has(name);

/** The range of a guess, and wider where more was seen. */
function around(
  { min, max }: { min: number; max: number },
  seen: { low: number; high: number },
): { min: number; max: number } {
  const wide = widened(seen);
  return { min: seen.low < min ? wide.min : min, max: seen.high > max ? wide.max : max };
}

/** `saw-1` is one of several `saw`; a name that is a number alone becomes a type's name by a word before it. */
function typeName(machine: string): string {
  const stem = machine.replace(/[-_.]?\d+$/, '');
  return new RegExp(plainName.pattern).test(stem) ? stem : `type-${machine}`.slice(0, 64);
}

const shown = (value: number) => String(Number(value.toPrecision(4)));
