/** `harbinger users` and `harbinger tokens` (deploy/cli/people): who may call the cloud's API and open its page. */
import { createHash } from 'node:crypto';
import { Argument, type Command, Option } from 'commander';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { newSecret } from '../../../shared/security/secret.ts';
import { exitCodes } from '../exit-codes.ts';
import { findEndpoint, request } from '../http-client.ts';
import { duration, type ReachOptions, withReach } from '../options.ts';
import { printable, printJson, printList } from '../output.ts';
import { shownTime, zoned } from '../shown-times.ts';

const roles = ['viewer', 'operator', 'admin'] as const;
const path = '/api/people';

interface Person {
  name: string;
  kind: string;
  role: string;
  addedMs: number;
  by: string;
  untilMs?: number;
  note?: string;
}

type AddOptions = ReachOptions & { role: string; for?: number; note?: string };

export function addUsers(program: Command): void {
  const group = addKind(program, 'user', {
    about: 'people who may open the page of a cloud and change things there: list, add, role, rotate, revoke',
    examples: `  harbinger users add maria --role operator    prints what she signs in with, this once
  harbinger users role maria admin             in force with her next click
  harbinger users revoke maria                 her sessions end at once`,
  });
  withReach(group.command('role'), 'cloud')
    .description('give a person another role')
    .argument('<name>', 'from the list')
    .addArgument(new Argument('<role>', 'its new role').choices(roles))
    .action(async (name: string, role: string, options: ReachOptions) => {
      const endpoint = findEndpoint('cloud', options);
      const { people } = (await request(endpoint, 'GET', path)) as { people: Person[] };
      const { untilMs, note } = people.find((person) => person.name === name) ?? {};
      const kept = { ...(untilMs !== undefined && { untilMs }), ...(note !== undefined && { note }) };
      const answer = await request(endpoint, 'POST', path, { kind: 'user', name, role, ...kept });
      if (options.json) printJson(answer);
      else process.stdout.write(`${printable(name)} is ${role} from now on\n`);
    });
}

export function addTokens(program: Command): void {
  addKind(program, 'token', {
    about: 'tokens of programs that call a cloud: list, add, rotate, revoke',
    examples: `  harbinger tokens add grafana --role viewer --for 90d
  harbinger tokens revoke grafana`,
  });
}

function addKind(
  program: Command,
  kind: 'user' | 'token',
  { about, examples }: { about: string; examples: string },
): Command {
  const group = program
    .command(`${kind}s`)
    .description(about)
    .addHelpText(
      'after',
      `
Examples:
${examples}

A viewer reads. An operator also closes and works on alerts, says what they turned out to be, and mutes and overrules.
An admin does everything. \`harbinger audit\` names who did what.
`,
    );
  withReach(group.command('list', { isDefault: true }), 'cloud')
    .description('list them with their roles')
    .action((options: ReachOptions) => list(kind, options));
  withReach(group.command('add'), 'cloud')
    .description('add one; its token is shown once, and kept nowhere')
    .argument('<name>', 'by which the audit names it')
    .addOption(new Option('--role <role>', 'what it may').choices(roles).makeOptionMandatory())
    .option('--for <time>', 'how long: 12h, 90d (default: until it is revoked)', duration)
    .option('--note <text>', 'what it is for')
    .action((name: string, options: AddOptions) => add(kind, name, options));
  withReach(group.command('rotate'), 'cloud')
    .description('give one another token; that of before opens nothing any more')
    .argument('<name>', 'from the list')
    .action((name: string, options: ReachOptions) => rotate(kind, name, options));
  withReach(group.command('revoke'), 'cloud')
    .description('end them; their sessions end at once')
    .argument('<names...>', 'from the list')
    .action(revoke);
  return group;
}

async function list(kind: string, options: ReachOptions): Promise<void> {
  const { people } = (await request(findEndpoint('cloud', options), 'GET', path)) as { people: Person[] };
  const ofKind = people.filter((person) => person.kind === kind);
  if (options.json) return printJson({ people: ofKind });
  printList([
    ['name', 'role', zoned('until'), 'by', zoned('added'), 'note'],
    ...ofKind.map(({ name, role, untilMs, by, addedMs, note = '' }) => [
      printable(name, 64),
      role,
      untilMs === undefined ? 'revoked' : shownTime(untilMs),
      printable(by, 40),
      shownTime(addedMs),
      printable(note, 80),
    ]),
  ]);
}

async function add(kind: string, name: string, options: AddOptions): Promise<void> {
  const endpoint = findEndpoint('cloud', options);
  const { people } = (await request(endpoint, 'GET', path)) as { people: Person[] };
  if (people.some((person) => person.name === name)) {
    process.stderr.write(
      `there is a user or token ${printable(name)} already: rotate its token, or revoke it first\n`,
    );
    process.exitCode = exitCodes.failed;
    return;
  }
  const { role, note } = options;
  const end = options.for === undefined ? {} : { untilMs: systemClock.nowMs() + options.for };
  await setWithToken({ kind, name, role, ...end, ...(note !== undefined && { note }) }, options);
}

async function rotate(kind: string, name: string, options: ReachOptions): Promise<void> {
  const { people } = (await request(findEndpoint('cloud', options), 'GET', path)) as { people: Person[] };
  const known = people.find((person) => person.name === name && person.kind === kind);
  if (!known) {
    process.stderr.write(`there is no ${kind} ${printable(name)}\n`);
    process.exitCode = exitCodes.failed;
    return;
  }
  const { role, untilMs, note } = known;
  const kept = { ...(untilMs !== undefined && { untilMs }), ...(note !== undefined && { note }) };
  await setWithToken({ kind, name, role, ...kept }, options);
}

/** The token is made here, so that only its hash travels. */
async function setWithToken(person: object, options: ReachOptions): Promise<void> {
  const token = newSecret(24).toString('base64url');
  const tokenHash = createHash('sha256').update(token).digest('base64url');
  await request(findEndpoint('cloud', options), 'POST', path, { ...person, tokenHash });
  if (options.json) return printJson({ ...person, token });
  process.stdout.write(`token: ${token}\n`);
  process.stderr.write('It is shown this once, and kept nowhere. On the page it is the access token.\n');
}

async function revoke(names: string[], options: ReachOptions): Promise<void> {
  const answer = await request(findEndpoint('cloud', options), 'DELETE', path, { names });
  const { revoked, unknown } = answer as { revoked: string[]; unknown: string[] };
  if (options.json) printJson(answer);
  else process.stdout.write(`${revoked.length} revoked\n`);
  for (const name of unknown) process.stderr.write(`nobody has the name ${printable(name)}\n`);
  if (unknown.length > 0) process.exitCode = exitCodes.failed;
}
