/**
 * `harbinger devices` (deploy/cli/devices): accounts by which devices sign in at a gateway. Secrets are made here and shown once; a
 * gateway or a cloud gets only their hashes. place.ts asks either, import-file.ts reads lists of devices.
 */
import type { Command } from 'commander';
import type { DeviceAccount } from '../../../shared/devices/account.ts';
import { newDeviceSecret } from '../../../shared/devices/device-secret.ts';
import { effectiveRights } from '../../../shared/devices/rights.ts';
import { weakRights } from '../../../shared/devices/weak.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { withReach } from '../options.ts';
import { printable, printJson, printList } from '../output.ts';
import { shownTime, zoned } from '../shown-times.ts';
import { readDevices } from './import-file.ts';
import { type PlaceOptions, placeOf, type ShownDevice } from './place.ts';

interface AddOptions extends PlaceOptions {
  machine?: string[];
  publish?: string[];
  subscribe?: string[];
  lifecycle?: boolean;
  certificate?: string;
}

export function addDevices(program: Command): void {
  const group = program
    .command('devices')
    .description('accounts of devices: list, show, add, rotate, revoke, import')
    .addHelpText(
      'after',
      `
Examples:
  harbinger devices add fan-3 --machine hall-1/fan-3            it writes and reads this machine; its secret is shown once
  harbinger devices add fan-4                                   the machine that is called fan-4, at any site
  harbinger devices add press-1 --certificate CN=press-1        by a client certificate in place of a password
  harbinger devices add panel --subscribe 'harbinger/#'         reads the open alerts, and writes nothing
  harbinger devices add foreman --machine hall-1/+ --lifecycle  may also say that a machine has failed or was replaced
  harbinger devices rotate fan-3                                another secret; that of before opens nothing any more
  harbinger devices revoke fan-3                                it is disconnected at once
  harbinger devices add fan-3 --gateway hall                    from the cloud, at the gateway hall

Users of the configuration ([[broker.users]]) go on as they are, beside these.
`,
    );
  withPlace(group.command('list', { isDefault: true }))
    .description('list them, with where something is not in force')
    .action(async (options: PlaceOptions) => {
      const listed = await placeOf(options).list();
      if (options.json) return printJson(listed);
      printDevices(listed.devices);
    });
  withPlace(group.command('show'))
    .description('print the rights of one, as they are in force')
    .argument('<name>', 'from the list')
    .action(showDevice);
  withRights(withPlace(group.command('add')))
    .description('add one; its secret is shown once, and kept nowhere')
    .argument('<name>', 'the name that it signs in with')
    .action(addDevice);
  withPlace(group.command('rotate'))
    .description('give one another secret or certificate; what it had before opens nothing any more')
    .argument('<name>', 'from the list')
    .option('--certificate <text>', 'a SHA-256 fingerprint or CN=NAME, in place of a secret')
    .action(rotateDevice);
  withPlace(group.command('revoke'))
    .description('end accounts, and disconnect their devices at once')
    .argument('<names...>', 'from the list')
    .action(revokeDevices);
  withPlace(group.command('import'))
    .description('add those of a file: CSV with a line of names (name, secret, machine, …), or a JSON list')
    .argument(
      '<file>',
      'its columns are name, and as needed secret, certificate, machine, publish, subscribe, lifecycle',
    )
    .addHelpText(
      'after',
      `
Example:
  harbinger devices import fans.csv > secrets.csv

  name,secret,machine,lifecycle
  fan-3,,hall-1/fan-3,           without a secret one is made, and printed
  fan-4,its own secret,,yes      several machines or filters are separated by blanks
`,
    )
    .action(importDevices);
}

async function showDevice(name: string, options: PlaceOptions): Promise<void> {
  const { devices } = await placeOf(options).list();
  const device = devices.find(({ user }) => user === name);
  if (!device)
    throw new HarbingerError('USAGE', 'cli', `there is no device '${name}'; see \`harbinger devices list\``);
  const rights = effectiveRights(device);
  const weak = weakRights(rights);
  if (options.json) return printJson({ ...device, rights, weak });
  const lines = [
    `${device.user}, ${signsInBy(device)}, ${device.state}`,
    ...rights.publish.map((filter) => `  publishes   ${filter}`),
    ...rights.subscribe.map((filter) => `  subscribes  ${filter}`),
    ...(rights.publish.length === 0 ? ['  publishes   nothing'] : []),
    ...weak.map((text) => `warning: it ${text}`),
  ];
  process.stdout.write(`${lines.map((line) => printable(line, 600)).join('\n')}\n`);
}

async function addDevice(name: string, options: AddOptions): Promise<void> {
  const made = await signingIn(options.certificate);
  const account = accountOf(name, options, made.account);
  await placeOf(options).add([account]);
  const rights = effectiveRights(account);
  if (options.json) return printJson({ user: name, ...made.shown, rights });
  process.stdout.write(
    `${printable(name)} is added: it publishes ${rights.publish.join(', ') || 'nothing'}\n`,
  );
  tellSecret(made.shown.secret);
  for (const text of weakRights(rights)) process.stderr.write(`warning: ${printable(name)} ${text}\n`);
}

async function rotateDevice(name: string, options: PlaceOptions & { certificate?: string }): Promise<void> {
  const made = await signingIn(options.certificate);
  await placeOf(options).rotate(name, made.account);
  if (options.json) return printJson({ user: name, ...made.shown });
  process.stdout.write(`${printable(name)}: what it signed in with before opens nothing any more\n`);
  tellSecret(made.shown.secret);
}

async function revokeDevices(names: string[], options: PlaceOptions): Promise<void> {
  const { revoked, unknown } = await placeOf(options).revoke(names);
  if (options.json) printJson({ revoked, unknown });
  else process.stdout.write(`${revoked.length} revoked\n`);
  for (const name of unknown) process.stderr.write(`there is no device ${printable(name)}\n`);
  if (unknown.length > 0) process.exitCode = exitCodes.failed;
}

async function importDevices(file: string, options: PlaceOptions): Promise<void> {
  const { accounts, made } = await readDevices(file);
  await placeOf(options).add(accounts);
  if (options.json) return printJson({ added: accounts.length, made });
  process.stderr.write(`${accounts.length} added\n`);
  if (made.length > 0)
    process.stdout.write(`name,secret\n${made.map(({ user, secret }) => `${user},${secret}\n`).join('')}`);
}

/** A new secret with its hash, or the certificate in place of it. */
async function signingIn(
  certificate: string | undefined,
): Promise<{ account: Pick<DeviceAccount, 'passwordHash' | 'certificate'>; shown: { secret?: string } }> {
  if (certificate !== undefined) return { account: { certificate }, shown: {} };
  const { secret, passwordHash } = await newDeviceSecret();
  return { account: { passwordHash }, shown: { secret } };
}

function tellSecret(secret: string | undefined): void {
  if (secret === undefined) return;
  process.stdout.write(`secret: ${secret}\n`);
  process.stderr.write('It is shown this once, and kept nowhere: put it into the device now.\n');
}

function accountOf(
  user: string,
  { machine, publish, subscribe, lifecycle }: AddOptions,
  by: Pick<DeviceAccount, 'passwordHash' | 'certificate'>,
): DeviceAccount {
  return {
    user,
    ...by,
    ...(machine && { machines: machine }),
    ...(publish && { publish }),
    ...(subscribe && { subscribe }),
    ...(lifecycle && { lifecycle: true as const }),
  };
}

function printDevices(devices: readonly ShownDevice[]): void {
  printList([
    ['name', 'signs in by', 'publishes', 'from', 'state', 'by', zoned('changed')],
    ...devices.map((device) => [
      printable(device.user, 64),
      signsInBy(device),
      printable(effectiveRights(device).publish.join(' ') || 'nothing', 120),
      device.from,
      printable(device.state, 200),
      printable(device.by, 40),
      shownTime(device.changedMs),
    ]),
  ]);
}

function signsInBy({ hasSecret, certificate }: ShownDevice): string {
  const ways = [...(hasSecret ? ['secret'] : []), ...(certificate === undefined ? [] : ['certificate'])];
  return ways.join(' or ');
}

function withPlace(command: Command): Command {
  return withReach(command, 'gateway')
    .option(
      '--gateway <name>',
      'at the cloud, for this gateway (--url and --data are those of the cloud then)',
    )
    .option('--by <name>', 'who asks for it (default: the user of this shell)')
    .option('--note <text>', 'why');
}

function withRights(command: Command): Command {
  const several = (text: string, before: string[] = []) => [...before, text];
  return command
    .option('--machine <site/machine>', 'a machine of it, + for any; repeat it for several', several)
    .option('--publish <filter>', 'a further topic filter that it may publish to', several)
    .option('--subscribe <filter>', 'a further topic filter that it may subscribe to', several)
    .option('--lifecycle', 'it may say that its machines have failed, were replaced, or are in maintenance')
    .option('--certificate <text>', 'a SHA-256 fingerprint or CN=NAME, in place of a secret');
}
