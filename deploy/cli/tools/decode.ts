/** `harbinger decode`: what would be stored of a message, and why not the rest, without a gateway. */
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Explained, NotStored } from '../../../gateway/decode/explain/explain.ts';
import { refuse } from '../../../shared/config/problem.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { printable, printJson, printTable } from '../output.ts';

interface DecodeFlags {
  config?: string;
  route?: string;
  mapping?: string;
  topic?: string;
  json?: boolean;
}

/** Standard input. */
const standardInput = 0;
const bytesMax = 16 << 20;

export function addDecode(program: Command): void {
  program
    .command('decode')
    .description(
      'show what would be stored of a message, and why not the rest; nothing runs and nothing is stored',
    )
    .argument('[file]', 'file with the payload; without it, standard input')
    .option('--config <file>', 'the gateway’s configuration')
    .option(
      '--route <route>',
      'the route to try, by its topic or its number in the file (from 1); without it, the first that takes the topic',
    )
    .option('--mapping <name>', 'a ready mapping, or a file NAME.toml, without a configuration')
    .option('--topic <topic>', 'the topic of the message; without it, that of the route')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  echo '{"Time":"2026-01-01T12:00:00","ENERGY":{"Power":120}}' |
    harbinger decode --mapping tasmota --topic tele/plug/SENSOR
  harbinger decode --config gateway.toml --topic telemetry/hall-1/pump-3 message.json
  harbinger decode --config gateway.toml --route 2 --topic press/1/oil < message
`,
    )
    .action(async (file: string | undefined, flags: DecodeFlags) => {
      const { routes, topic, timestamps } = await routesOf(flags);
      const payload = readFileSync(file ?? standardInput);
      if (payload.length > bytesMax) throw usage(`the message has more than ${bytesMax} bytes`);
      const { explain } = await import('../../../gateway/decode/explain/explain.ts');
      const explained = explain(routes, timestamps, { topic, payload, receivedMs: systemClock.nowMs() });
      if (flags.json) printJson(explained);
      else print(explained);
      if (explained.readings.length === 0 && explained.changes.length === 0)
        process.exitCode = exitCodes.failed;
    });
}

async function routesOf({ config: file, mapping, route, topic }: DecodeFlags) {
  if ((file === undefined) === (mapping === undefined))
    throw usage('give --config with a configuration, or --mapping with a mapping');
  const { checkGateway } = await import('../../../gateway/check-config.ts');
  const { createRoutes } = await import('../../../gateway/decode/routes.ts');
  const given = file === undefined ? { overrides: withMapping(mapping!) } : { file };
  const { config, types, problems } = checkGateway(
    { ...given, defaults: { dataDir: '/nowhere' } },
    { files: false },
  );
  refuse(problems);
  const tried = route === undefined ? config!.routes : [routeNamed(config!.routes, route)];
  const only = tried.length === 1 ? tried[0]!.topic : undefined;
  const named = topic ?? (only !== undefined && !/[{}+#]/.test(only) ? only : undefined);
  if (named === undefined) throw usage('give --topic with the topic of the message');
  const { routes } = await createRoutes({ ...config!, routes: tried }, types);
  return { routes, topic: named, timestamps: config!.timestamps };
}

/** The settings of a gateway that has nothing but a mapping. */
function withMapping(mapping: string) {
  const isFile = mapping.endsWith('.toml');
  const name = isFile ? basename(mapping, '.toml') : mapping;
  return {
    ...(isFile && { mappingsDir: dirname(resolve(mapping)) }),
    unknownMachines: 'generic',
    routes: [{ topic: '#', site: 'site', machine: 'machine', mapping: name }],
  };
}

function routeNamed<R extends { topic: string }>(routes: readonly R[], name: string): R {
  const found = /^\d+$/.test(name) ? routes[Number(name) - 1] : routes.find(({ topic }) => topic === name);
  if (found) return found;
  const all = routes.map(({ topic }, i) => `${i + 1}: ${topic}`).join(', ');
  throw usage(`there is no route '${name}'; there are ${all}`);
}

function print({ readings, changes, notStored }: Explained): void {
  for (const { machine, type, time, id, values } of readings) {
    process.stdout.write(
      `${machine} (${type}), ${time ?? 'time of arrival'}${id === undefined ? '' : `, id ${printable(id, 128)}`}\n`,
    );
    printTable(values.map(({ sensor, value, unit = '' }) => [`  ${sensor}`, String(value), unit]));
  }
  for (const change of changes) process.stdout.write(`${change}\n`);
  if (readings.length === 0 && changes.length === 0) process.stdout.write('nothing would be stored\n');
  if (notStored.length === 0) return;
  process.stdout.write('not stored:\n');
  printTable(
    notStored.map((one) => [
      `  ${printable(named(one), 80)}`,
      `${printable(one.why, 300)}${one.code === undefined ? '' : ` [${one.code}]`}`,
    ]),
  );
}

function named({ machine, field, value }: NotStored): string {
  const of = [machine, field].filter((part) => part !== undefined).join(' ');
  return `${of || 'the message'}${value === undefined ? '' : ` = ${value}`}`;
}

function usage(problem: string): HarbingerError {
  return new HarbingerError('USAGE', 'cli', problem);
}
