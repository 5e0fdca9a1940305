/**
 * The file of the accounts of devices: `devices.json` in the data folder, replaced as a whole and synced before a change is in
 * force. Only its owner can read it; it has hashes of secrets, and no secret.
 *
 *     {"format": "harbinger-devices", "version": 1, "devices": [...], "revoked": [...], "check": 1}
 *
 * `check` is the CRC-32 of both lists as JSON. A damaged file is set aside and logged; no device of it can sign in then.
 */
import { type Static, Type } from '@sinclair/typebox';
import { DeviceAccount } from '../../shared/devices/account.ts';
import type { CheckedFormat } from '../../shared/files/json/checked-file.ts';
import { type RecordFile, recordFile } from '../../shared/files/json/record-file.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';

const Note = Type.Optional(Type.String());
const Kept = Type.Object({
  ...DeviceAccount.properties,
  addedMs: Type.Number(),
  changedMs: Type.Number(),
  by: Type.String(),
  note: Note,
});
const Revoked = Type.Object({
  user: Type.String(),
  atMs: Type.Number(),
  by: Type.String(),
  address: Type.String(),
  note: Note,
});

const version = 1;
const Content = Type.Object({
  format: Type.Literal('harbinger-devices'),
  version: Type.Literal(version),
  devices: Type.Array(Kept),
  revoked: Type.Array(Revoked),
  check: Type.Integer(),
});

export type DevicesContent = Pick<Static<typeof Content>, 'devices' | 'revoked'>;
export type DevicesFile = RecordFile<DevicesContent>;

const format: CheckedFormat<DevicesContent> = {
  format: 'harbinger-devices',
  version,
  validate: compileValidator(Content),
  covered: ['devices', 'revoked'],
};

/** @throws HarbingerError DEVICES_VERSION, DEVICES_UNREADABLE, DEVICES_UNWRITABLE */
export function devicesFile(path: string, log: Log): DevicesFile {
  return recordFile(path, format, log, {
    stage: 'broker',
    codes: {
      version: 'DEVICES_VERSION',
      unreadable: 'DEVICES_UNREADABLE',
      damaged: 'DEVICES_DAMAGED',
      unwritable: 'DEVICES_UNWRITABLE',
    },
    named: `the accounts of devices in ${path}`,
    ifNewer: 'move the file away and add the devices again',
    ifUnreadable: 'make the file readable, because without it no device that was added can sign in',
    ifDamaged:
      'the accounts of devices are lost: none of them can sign in until they are added again, or `devices.json` of a backup is put back',
    unwritten: 'no account was changed, because ',
  });
}
