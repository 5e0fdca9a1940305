/**
 * Accounts of devices (shared/devices): how a device signs in at a gateway, and what it may publish and subscribe. Here: an
 * account, and what can be wrong with one. rights.ts has its rights, weak.ts rights that are too wide, device-secret.ts makes
 * secrets. Gateways keep accounts in gateway/devices; a cloud sends them as documents of the kind `accounts`.
 */
import { type Static, Type } from '@sinclair/typebox';
import { plainName } from '../contract/topics.ts';
import { parseFilter } from '../mqtt/topic-filter.ts';
import { messageOf } from '../runtime/errors.ts';
import { parsePasswordHash } from '../security/passwords.ts';

const filtersMax = 32;
const Filters = (description: string) =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 512 }), { maxItems: filtersMax, description }),
  );

/** Fields that a reader does not know are kept. */
export const DeviceAccount = Type.Object({
  user: Type.String({ ...plainName, description: 'the name that the device signs in with' }),
  passwordHash: Type.Optional(
    Type.String({
      maxLength: 300,
      description: 'scrypt:N:r:p:salt:hash of its secret, which is kept nowhere',
    }),
  ),
  certificate: Type.Optional(
    Type.String({
      maxLength: 200,
      description:
        'the client certificate that it may present in place of a password: its SHA-256 fingerprint, or CN=NAME for one that the CA of the listener has issued to this name',
    }),
  ),
  machines: Type.Optional(
    Type.Array(Type.String({ maxLength: 140 }), {
      minItems: 1,
      maxItems: filtersMax,
      description:
        'SITE/MACHINE, where + stands for any, and {user} for its name: it writes and reads these. Without machines, publish and subscribe: +/{user}',
    }),
  ),
  publish: Filters('further topic filters that it may publish to'),
  subscribe: Filters('further topic filters that it may subscribe to'),
  lifecycle: Type.Optional(
    Type.Literal(true, {
      description: 'it may say that its machines have failed, were replaced, or are in maintenance',
    }),
  ),
});
export type DeviceAccount = Static<typeof DeviceAccount>;

const levelPattern = /^(?:\+|\{user\}|[A-Za-z0-9][A-Za-z0-9_.-]{0,63})$/;
const fingerprintPattern = /^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/;
const subjectPattern = /^CN=[^\s/+#]{1,64}$/;

/** Says what is wrong with it, without its hash; null if nothing is. */
export function accountProblem(account: DeviceAccount): string | null {
  const { user, passwordHash, certificate, machines = [], publish = [], subscribe = [] } = account;
  if (passwordHash === undefined && certificate === undefined)
    return `device '${user}' has neither a secret nor a certificate, so it could not sign in`;
  if (certificate !== undefined && normalCertificate(certificate) === null)
    return `'${certificate}' is neither a SHA-256 fingerprint (AA:BB:…, 32 bytes) nor CN=NAME`;
  if (passwordHash !== undefined)
    try {
      parsePasswordHash(passwordHash);
    } catch (error) {
      return messageOf(error);
    }
  const machine = machines.find((text) => !isMachinePattern(text));
  if (machine !== undefined) return `'${machine}' is not SITE/MACHINE, e.g. hall-1/fan-3 or hall-1/{user}`;
  const filter = [...publish, ...subscribe].find((text) => !parseFilter(text, { user, client: 'c' }));
  return filter === undefined ? null : `'${filter}' is not a valid topic filter`;
}

function isMachinePattern(text: string): boolean {
  const levels = text.split('/');
  return levels.length === 2 && levels.every((level) => levelPattern.test(level));
}

/** The form in which certificates are compared: fingerprints with colons in capitals. Null if it is none. */
export function normalCertificate(text: string): string | null {
  if (subjectPattern.test(text)) return text;
  const digits = text
    .replace(/^sha-?256[ :=]/i, '')
    .replaceAll(':', '')
    .toUpperCase();
  const form = digits.match(/../g)?.join(':') ?? '';
  return fingerprintPattern.test(form) && digits.length === 64 ? form : null;
}
