import { textFieldSuffix } from '../../contract/line-protocol.ts';
import { unstoredFields } from '../../domain/machine-type.ts';
import { isStateText, stateTextForm } from '../../domain/states.ts';
import { type PointConfig, sizeOf } from './point.ts';

/** Limit of the names of raw values. */
const statesMax = 256;

type Add = (key: string, problem: string) => void;

/** Returns what is wrong with a point that its schema cannot express, as the setting and a clause. */
export function pointProblems(point: PointConfig): { key: string; problem: string }[] {
  const problems: { key: string; problem: string }[] = [];
  const add = (key: string, problem: string) => problems.push({ key, problem });
  nameProblems(point, add);
  shapeProblems(point, add);
  scaleProblems(point, add);
  stateProblems(point, add);
  unavailableProblems(point, add);
  return problems;
}

function nameProblems({ name }: PointConfig, add: Add): void {
  if (unstoredFields.has(name))
    add('name', `is '${name}', which is not a sensor in a message: choose another`);
  if (name.endsWith(textFieldSuffix))
    add('name', `ends with ${textFieldSuffix}, which is kept for the texts of states: choose another`);
}

function shapeProblems(point: PointConfig, add: Add): void {
  const isOfBits = point.function <= 2;
  if (isOfBits && point.type !== 'bool')
    add('type', `is ${point.type}, and function ${point.function} reads bits: use "bool"`);
  if (isOfBits && point.bit !== undefined)
    add('bit', `is for registers, and function ${point.function} reads bits: leave it out`);
  if (!isOfBits && point.type === 'bool' && point.bit === undefined)
    add('bit', 'is needed for a bool in a register: 0 is the lowest bit');
  if (point.type !== 'bool' && point.bit !== undefined) add('bit', 'is only for the type "bool"');
  if (point.type === 'text' && point.registers === undefined)
    add('registers', 'is needed for a text: two characters a register');
  if (point.registers !== undefined && point.type !== 'text' && point.type !== 'bcd')
    add('registers', 'is only for the types "text" and "bcd"');
  if (point.type === 'bcd' && sizeOf(point) > 4) add('registers', 'is at most 4 for a bcd: 16 digits');
  if (point.address + sizeOf(point) > 0x1_0000) add('address', 'is too near to 65535 for its type');
}

function scaleProblems({ scale, offset, states, type }: PointConfig, add: Add): void {
  if (scale === 0) add('scale', 'is 0, so that every value would be the same: 1 leaves values as they are');
  const changed = scale !== 1 ? 'scale' : offset !== 0 ? 'offset' : undefined;
  if (changed === undefined) return;
  if (states !== undefined) add(changed, 'has no effect on states: leave it out');
  else if (type === 'bool' || type === 'text')
    add(changed, `has no effect on the type "${type}": leave it out`);
}

function stateProblems({ type, states }: PointConfig, add: Add): void {
  if (states === undefined) return;
  if (/^(float|text|.*64)/.test(type)) add('states', `are names of whole numbers, and the type is ${type}`);
  if (Object.keys(states).length > statesMax) add('states', `are more than ${statesMax}`);
  const refused = Object.values(states).find((name) => !isStateText(name));
  if (refused !== undefined)
    add(
      'states',
      `has '${refused}', which is not stored: a state has ${stateTextForm}, and is not a word for nothing such as unknown (see unavailable)`,
    );
}

function unavailableProblems(point: PointConfig, add: Add): void {
  const { type, unavailable } = point;
  if (unavailable.length === 0) return;
  if (type === 'bool' || type === 'text') {
    add('unavailable', `has no effect on the type "${type}": leave it out`);
    return;
  }
  const bits = BigInt(16 * sizeOf(point));
  const least = type === 'bcd' ? 0n : -(1n << (bits - 1n));
  const outside = unavailable.find((raw) => BigInt(raw) < least || BigInt(raw) >= 1n << bits);
  if (outside !== undefined)
    add('unavailable', `has ${outside}, which the ${bits} bits of its registers cannot have`);
}
