/**
 * The file of the limits that people have set for single machines: `machine-limits.json` in the data folder, replaced as a
 * whole and synced before a change is in force.
 *
 *     {"format": "harbinger-limits", "version": 1, "limits": [...], "changes": [...], "unsent": [...], "check": 1}
 *
 * `unsent` names the machines whose limits the cloud has not been told. `check` is the CRC-32 of the three lists as JSON. A
 * damaged file is set aside and logged; machines then have the limits of their types.
 */
import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Static, Type } from '@sinclair/typebox';
import { OwnLimits } from '../../../shared/contract/limits/own-limits.ts';
import { replaceFile } from '../../../shared/files/replace.ts';
import { setAside } from '../../../shared/files/set-aside.ts';
import { codeOf, HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';

const About = { site: Type.String(), machine: Type.String(), sensor: Type.String() };

const Entry = Type.Object({ ...About, limits: OwnLimits, by: Type.String(), atMs: Type.Number() });
export type LimitEntry = Static<typeof Entry>;

const Change = Type.Object({
  ...About,
  limits: Type.Union([OwnLimits, Type.Null()]),
  by: Type.String(),
  address: Type.String(),
  note: Type.Optional(Type.String()),
  atMs: Type.Number(),
});

const version = 1;
const Content = Type.Object({
  format: Type.Literal('harbinger-limits'),
  version: Type.Literal(version),
  limits: Type.Array(Entry),
  changes: Type.Array(Change),
  unsent: Type.Array(Type.String()),
  check: Type.Integer(),
});
const validate = compileValidator(Content);

export type LimitsContent = Pick<Static<typeof Content>, 'limits' | 'changes' | 'unsent'>;

export interface LimitsFile {
  /** @throws HarbingerError LIMITS_VERSION, LIMITS_UNREADABLE */
  load(): Promise<LimitsContent>;
  /** Durable when resolved. @throws HarbingerError LIMITS_UNWRITABLE */
  save(content: LimitsContent): Promise<void>;
}

const checkOf = ({ limits, changes, unsent }: LimitsContent) =>
  crc32(JSON.stringify([limits, changes, unsent]));

function parse(path: string, text: string): LimitsContent {
  const json: unknown = JSON.parse(text);
  const found = (json as { format?: unknown; version?: unknown } | null) ?? {};
  if (found.format === 'harbinger-limits' && typeof found.version === 'number' && found.version > version)
    throw new HarbingerError(
      'LIMITS_VERSION',
      'intelligence',
      `the limits of machines in ${path} have format ${found.version}, and this version of Harbinger knows ${version}: start the version that wrote it, or move the file away and set the limits again`,
    );
  const content = validate(json, (problem) => new Error(problem));
  if (content.check !== checkOf(JSON.parse(text) as LimitsContent)) throw new Error('wrong checksum');
  return content;
}

export function limitsFile(path: string, log: Log): LimitsFile {
  return {
    async load() {
      const none: LimitsContent = { limits: [], changes: [], unsent: [] };
      let text: string;
      try {
        text = await readFile(path, 'utf8');
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return none;
        throw new HarbingerError(
          'LIMITS_UNREADABLE',
          'intelligence',
          `the limits of machines in ${path} cannot be read: ${messageOf(error)}; make the file readable, because without it machines would be judged by other limits`,
        );
      }
      try {
        return parse(path, text);
      } catch (error) {
        if (error instanceof HarbingerError) throw error;
        const aside = setAside(path, `${path}.damaged`);
        log.error(
          { code: 'LIMITS_DAMAGED', path, aside, problem: messageOf(error) },
          'the limits that were set for single machines are lost: set them again; until then those of their types are in force',
        );
        return none;
      }
    },
    async save(content) {
      const head = { format: 'harbinger-limits', version };
      try {
        await replaceFile(path, `${JSON.stringify({ ...head, ...content, check: checkOf(content) })}\n`, {
          mode: 0o600,
        });
      } catch (error) {
        throw new HarbingerError(
          'LIMITS_UNWRITABLE',
          'intelligence',
          `limits were not changed, because ${path} cannot be written: ${messageOf(error)}`,
          { retry: true },
        );
      }
    },
  };
}
