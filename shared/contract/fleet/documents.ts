/**
 * Fleet (shared/contract/fleet): what people want of gateways, as documents that a cloud keeps and gateways follow, and how
 * the two sides agree on them. Here: the documents; exchange.ts has the messages, reported.ts what a gateway reports. What a kind
 * of document means is known to the parts of that kind alone (cloud/fleet/kinds, gateway/fleet/kinds).
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Static, Type } from '@sinclair/typebox';
import { compileValidator } from '../../runtime/validate.ts';
import { plainName } from '../topics.ts';

export const documentLimits = {
  nameLengthMax: 150,
  whoLengthMax: 100,
  whyLengthMax: 500,
  bodyBytesMax: 16 << 10,
  /** Documents that one gateway may have to follow; a cloud refuses further ones. */
  ofGatewayMax: 256,
} as const;

/** Kinds are words such as `overrides`; a name says which document of its kind it is, for one gateway or for all. */
const key = {
  kind: Type.String({ pattern: '^[a-z][a-z-]{0,39}$' }),
  name: Type.String({ pattern: `^[!-?A-~]{1,${documentLimits.nameLengthMax}}$` }),
};

/**
 * A document. Fields that a reader does not know are kept, as the seal covers them too. Of two with one
 * key, the one with the higher version is the newer one, wherever they come from.
 */
export const DesiredDocument = Type.Object({
  ...key,
  version: Type.Integer({ minimum: 1, maximum: 2 ** 52 }),
  /** Absent: it is for all gateways. */
  gateway: Type.Optional(Type.String({ ...plainName })),
  body: Type.Record(Type.String(), Type.Unknown()),
  who: Type.String({ maxLength: documentLimits.whoLengthMax }),
  why: Type.String({ maxLength: documentLimits.whyLengthMax }),
  /** By the clock of the cloud, as the next: ms since 1970. */
  askedMs: Type.Number({ minimum: 0 }),
  /** When it ends by itself; absent: only when somebody removes it. */
  untilMs: Type.Optional(Type.Number({ minimum: 0 })),
  /** It is not wanted any more: `body` is empty then. */
  removed: Type.Optional(Type.Literal(true)),
  /** The cloud’s mark, by which it recognises its own words when a gateway brings them back; see `sealOf`. */
  seal: Type.String({ maxLength: 64 }),
});
export type DesiredDocument = Static<typeof DesiredDocument>;

const check = compileValidator(DesiredDocument);

/** Content as people are shown it: without hashes of secrets, which nobody needs to see. */
export function shownBody(body: Record<string, unknown>): Record<string, unknown> {
  return 'passwordHash' in body ? { ...body, passwordHash: '(hidden)' } : body;
}

/** Null if it is not a document that this program can keep. */
export function understoodDocument(value: unknown): DesiredDocument | null {
  try {
    return check(value, (problem) => new Error(problem));
  } catch {
    return null;
  }
}

export interface DocumentName {
  kind: string;
  name: string;
  /** Absent: for all gateways. */
  gateway?: string;
}

/** Names a document among all: `overrides/mute:hall-1/fan-3`, and `…@gateway` if it is for one gateway. */
export function keyOf({ kind, name, gateway }: DocumentName): string {
  return `${kind}/${name}${gateway === undefined ? '' : `@${gateway}`}`;
}

/** Null if it is not a key. */
export function nameOfKey(text: string): DocumentName | null {
  const found = /^([a-z][a-z-]{0,39})\/([!-?A-~]+?)(?:@([A-Za-z0-9][A-Za-z0-9_.-]{0,63}))?$/.exec(text);
  if (!found) return null;
  const [, kind = '', name = '', gateway] = found;
  return { kind, name, ...(gateway !== undefined && { gateway }) };
}

/**
 * The seal of a document: only who has the cloud's key can make it. A cloud that was put back to an older state takes documents
 * back from its gateways by it, and a gateway cannot make one up for others.
 */
export function sealOf(
  secret: Buffer,
  { seal: _, ...document }: Omit<DesiredDocument, 'seal'> & { seal?: string },
): string {
  return createHmac('sha256', secret).update(canonical(document)).digest('base64url');
}

export function isSealed(secret: Buffer, document: DesiredDocument): boolean {
  const [said, right] = [Buffer.from(document.seal), Buffer.from(sealOf(secret, document))];
  return said.length === right.length && timingSafeEqual(said, right);
}

/** JSON with the keys of each object in order, so that it does not depend on who has written it. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
