import { userInfo } from 'node:os';
import type {
  FaultOutcome,
  KnownMachine,
  MachineOrSensor,
  RelearnOutcome,
  RenamedHere,
  RetiredHere,
  Saved,
} from '../../../../gateway/ports/retiring.ts';
import { exitCodes } from '../../exit-codes.ts';
import { findEndpoint, request } from '../../http-client.ts';
import type { ReachOptions } from '../../options.ts';
import { printable, printJson, printList } from '../../output.ts';
import type { NamedMachine } from './names.ts';

export async function listAtGateway(options: ReachOptions): Promise<void> {
  const endpoint = findEndpoint('gateway', options);
  const answer = (await request(endpoint, 'GET', '/api/machines?limit=100000')) as {
    machines: KnownMachine[];
  };
  if (options.json) return printJson(answer);
  printList([
    ['machine', 'type', 'sender', 'sensors'],
    ...answer.machines.map((each) => [
      printable(`${each.site}/${each.machine}`, 130),
      printable(each.machineType, 64),
      printable(each.sender, 64),
      String(each.sensors.length),
    ]),
  ]);
}

/** Sets the exit code 1 if the machine is not known, or nothing was saved. */
export async function relearnAtGateway(
  { site, machine }: NamedMachine,
  { by, note, what, ...options }: ReachOptions & { by?: string; note: string; what: string },
): Promise<void> {
  const body = { site, machine, by: by ?? userInfo().username, note, what };
  const endpoint = findEndpoint('gateway', options);
  const outcome = (await request(endpoint, 'POST', '/api/machines/relearn', body)) as RelearnOutcome &
    Partial<Saved>;
  if (options.json) printJson(outcome);
  else if (outcome.isKnown)
    process.stdout.write(`${shown(body)}: ${relearntText(what, outcome.hasChanged)}\n`);
  else process.stderr.write(`the gateway does not know ${shown(body)}\n`);
  if (!outcome.isKnown || isUnsaved(outcome, options.json)) process.exitCode = exitCodes.failed;
}

function relearntText(what: string, hasChanged: boolean): string {
  if (what === 'state')
    return hasChanged
      ? 'what has changed is normal from now on; all else stays'
      : 'nothing had changed: all that it does is normal already, and nothing was learnt';
  if (what === 'mode')
    return hasChanged
      ? 'what is usual in its mode is learnt anew; all else stays'
      : 'no mode of it is known, so that there was nothing to forget';
  return 'what is normal is learnt anew; its limits stay';
}

/** Sets the exit code 1 if the machine is not watched, or nothing about it was unusual. */
export async function nameFaultAtGateway(
  { site, machine }: NamedMachine,
  { by, note, ...options }: ReachOptions & { by?: string; note: string },
): Promise<void> {
  const body = { site, machine, by: by ?? userInfo().username, note };
  const endpoint = findEndpoint('gateway', options);
  const outcome = (await request(endpoint, 'POST', '/api/machines/fault', body)) as FaultOutcome &
    Partial<Saved>;
  if (options.json) printJson(outcome);
  else if (outcome.isNoted)
    process.stdout.write(`${shown(body)}: noted as a fault, and recognised when it comes again\n`);
  else if (outcome.isKnown) process.stderr.write(`nothing about ${shown(body)} was unusual\n`);
  else process.stderr.write(`the gateway does not know ${shown(body)}\n`);
  if (!outcome.isNoted || isUnsaved(outcome, options.json)) process.exitCode = exitCodes.failed;
}

/** Says so if what is in force now is not on disk. Gateways of an earlier version do not tell. */
export function isUnsaved({ isSaved = true }: Partial<Saved>, isJson = false): boolean {
  if (!isSaved && !isJson)
    process.stderr.write(
      'it is in force, and could not be saved yet: it is lost if the gateway ends before; see its log, and the space on its disk\n',
    );
  return !isSaved;
}

/** Sets the exit code 1 if nothing was set for the machine. */
export async function renameAtGateway(
  from: NamedMachine,
  to: NamedMachine,
  options: ReachOptions,
): Promise<void> {
  const body = { from, to, by: userInfo().username };
  const endpoint = findEndpoint('gateway', options);
  const outcome = (await request(endpoint, 'POST', '/api/machines/rename', body)) as RenamedHere &
    Partial<Saved>;
  const { windows, limits } = outcome;
  // Gateways of an earlier version do not tell.
  const isNormal = outcome.isNormal ?? false;
  const isFound = windows + limits > 0 || isNormal;
  if (options.json) printJson(outcome);
  else if (isFound)
    process.stdout.write(
      `${shown(to)} has what was set for ${shown(from)}: maintenance windows ${windows}, sensors with limits ${limits}, what is normal ${isNormal ? 'as it was learnt' : 'learnt anew'}\n`,
    );
  else process.stderr.write(`nothing is set for ${shown(from)} at the gateway\n`);
  if (!isFound || isUnsaved(outcome, options.json)) process.exitCode = exitCodes.failed;
}

/** Sets the exit code 1 if one of them is not known. */
export async function retireAtGateway(
  names: readonly NamedMachine[],
  options: ReachOptions & { sensor?: string },
): Promise<void> {
  const { sensor, json } = options;
  const machines = names.map((name) => ({ ...name, ...(sensor !== undefined && { sensor }) }));
  const endpoint = findEndpoint('gateway', options);
  const outcome = (await request(endpoint, 'POST', '/api/machines/retire', { machines })) as RetiredHere;
  const { retired, unknown, retainedMessages } = outcome;
  const retained = retainedMessages === 0 ? '' : ` (retained messages removed: ${retainedMessages})`;
  if (json) printJson(outcome);
  else process.stdout.write(`${retired.length} retired at the gateway${retained}\n`);
  for (const one of unknown) process.stderr.write(`the gateway does not know ${shown(one)}\n`);
  if (unknown.length > 0) process.exitCode = exitCodes.failed;
}

function shown({ site, machine, sensor }: MachineOrSensor): string {
  const of = printable(`${site}/${machine}`, 130);
  return sensor === undefined ? of : `the sensor ${printable(sensor, 64)} of ${of}`;
}
