import {
  accountProblem,
  type DeviceAccount,
  DeviceAccount as Schema,
} from '../../../shared/devices/account.ts';
import { newDeviceSecret } from '../../../shared/devices/device-secret.ts';
import { readProblem } from '../../../shared/files/read-problem.ts';
import { readRegularText } from '../../../shared/files/read-regular.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { hashPassword } from '../../../shared/security/passwords.ts';

const bytesMax = 8 << 20;
const columns = ['name', 'secret', 'certificate', 'machine', 'publish', 'subscribe', 'lifecycle'] as const;
type Entry = Partial<Record<(typeof columns)[number], string>>;
const secretLengthMin = 8;

const check = compileValidator(Schema);

export interface ReadDevices {
  accounts: DeviceAccount[];
  /** Secrets that were made, for those that had none. */
  made: { user: string; secret: string }[];
}

/** Reads a list of devices. Messages name lines and devices, and never a secret. @throws HarbingerError USAGE */
export async function readDevices(path: string): Promise<ReadDevices> {
  const entries = await entriesIn(path);
  const made: ReadDevices['made'] = [];
  const accounts: DeviceAccount[] = [];
  for (const [i, entry] of entries.entries()) {
    const { account, secret } = await accountOf(entry, `${path}, device ${i + 1}`);
    accounts.push(account);
    if (secret !== null) made.push({ user: account.user, secret });
  }
  if (accounts.length === 0) throw usage(`${path} names no device`);
  return { accounts, made };
}

async function accountOf(
  { name = '', secret, certificate, machine, publish, subscribe, lifecycle }: Entry,
  where: string,
): Promise<{ account: DeviceAccount; secret: string | null }> {
  if (secret !== undefined && secret.length < secretLengthMin)
    throw usage(`${where} (${name}): its secret has fewer than ${secretLengthMin} characters`);
  const isMade = secret === undefined && certificate === undefined;
  const made = isMade ? await newDeviceSecret() : null;
  const passwordHash = secret === undefined ? made?.passwordHash : await hashPassword(secret);
  const account = {
    user: name,
    ...(passwordHash !== undefined && { passwordHash }),
    ...(certificate !== undefined && { certificate }),
    ...listOf('machines', machine),
    ...listOf('publish', publish),
    ...listOf('subscribe', subscribe),
    ...(/^(yes|true|1)$/i.test(lifecycle ?? '') && { lifecycle: true as const }),
  };
  const sound = check(account, (problem) => usage(`${where}: ${problem}`));
  const problem = accountProblem(sound);
  if (problem !== null) throw usage(`${where} (${name}): ${problem}`);
  return { account: sound, secret: made?.secret ?? null };
}

function listOf(key: string, text: string | undefined): Record<string, string[]> {
  return text === undefined ? {} : { [key]: text.split(/[ ;]+/).filter((each) => each !== '') };
}

async function entriesIn(path: string): Promise<Entry[]> {
  let text: string;
  try {
    text = readRegularText(path, bytesMax);
  } catch (error) {
    throw usage(`${path}: ${readProblem(error)}`);
  }
  const isJson = /^\s*\[/.test(text);
  const entries = isJson ? ofJson(text, path) : await ofCsv(text, path);
  return entries.map((entry) =>
    Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== '')),
  );
}

function ofJson(text: string, path: string): Entry[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw usage(`${path} is not JSON`); // what JSON.parse says may contain a secret
  }
  return (list as unknown[]).map((each, i) => {
    if (typeof each !== 'object' || each === null)
      throw usage(`${path}, device ${i + 1}: it is not an object`);
    refuseUnknown(Object.keys(each), path);
    const texts = Object.entries(each).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.join(' ') : String(value),
    ]);
    return Object.fromEntries(texts) as Entry;
  });
}

/** Cells are parted by what parts them in the first line: a comma, or a semicolon as spreadsheets write it in many countries. */
async function ofCsv(text: string, path: string): Promise<Entry[]> {
  // Loaded here, so that commands that need no list start without it.
  const { CsvError, parse } = await import('csv-parse/sync');
  const [head = ''] = text.split(/\r?\n/, 1);
  let rows: string[][];
  try {
    const delimiter = head.includes(';') ? ';' : ',';
    rows = parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      delimiter,
      relax_column_count: true,
    });
  } catch (error) {
    // Its message may contain a secret.
    const line = error instanceof CsvError ? `, line ${Number(error.lines ?? 1)}` : '';
    throw usage(`${path}${line}: a quote is not closed, or is in the middle of a cell`);
  }
  const [names = [], ...lines] = rows;
  refuseUnknown(names, path);
  if (!names.includes('name')) throw usage(`${path}: its first line names no column \`name\``);
  return lines.map((cells, i) => {
    if (cells.length > names.length)
      throw usage(`${path}, device ${i + 1}: it has more cells than the first line has columns`);
    return Object.fromEntries(cells.map((cell, at) => [names[at], cell])) as Entry;
  });
}

function refuseUnknown(names: readonly string[], path: string): void {
  const unknown = names.find((name) => !(columns as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw usage(`${path}: there is no column '${unknown}'; there are: ${columns.join(', ')}`);
}

const usage = (problem: string) => new HarbingerError('USAGE', 'cli', problem);
