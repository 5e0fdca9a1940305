/**
 * The exchange: how a gateway comes to have what its cloud wants. Each message stands for itself and may be lost, come twice or
 * come late:
 *
 *     gateway ─ have: which versions are here, how they stand; its figures ─▶ cloud      when it connects, and every minute
 *     gateway ◀─ documents that differ · want · retell ─ cloud                  as the answer, and at each change
 *     gateway ─ have, and the documents that the cloud wants ─▶ cloud
 *
 * A cloud wants a document that it does not know, or knows in an older version: it was put back to an older state. It has a
 * gateway retell what it has reported where its own record of that says something else.
 */
import { type Static, Type } from '@sinclair/typebox';
import { compileValidator } from '../../runtime/validate.ts';
import { type DesiredDocument, understoodDocument } from './documents.ts';
import { type GatewayFigures, understoodFigures } from './figures.ts';

export const exchangeLimits = {
  /** Bytes of one message, either way. */
  bytesMax: 1 << 20,
  /** Entries of `have`: more than there may be documents, as those that were removed are among them. */
  haveMax: 1_024,
} as const;

/** Among what is to be told again: which alerts are open. A gateway that does not know it passes it over. */
export const openAlertsKey = 'open-alerts';

/** A list of its key, its version and its state (see reported.ts). */
const Have = Type.Tuple([Type.String({ maxLength: 300 }), Type.Number(), Type.String({ maxLength: 32 })]);
const Keys = Type.Array(Type.String({ maxLength: 300 }), { maxItems: exchangeLimits.haveMax });
const Documents = Type.Array(Type.Unknown(), { maxItems: exchangeLimits.haveMax });

const FromGateway = Type.Object({
  version: Type.Literal(1),
  have: Type.Array(Have, { maxItems: exchangeLimits.haveMax }),
  documents: Type.Optional(Documents),
  /** See figures.ts. Those of a newer gateway, which are not understood, cost nothing else. */
  figures: Type.Optional(Type.Unknown()),
});

const FromCloud = Type.Object({
  version: Type.Literal(1),
  /** The clock of the cloud. */
  timeMs: Type.Number(),
  documents: Type.Optional(Documents),
  want: Type.Optional(Keys),
  retell: Type.Optional(Keys),
});

export type HeldEntry = Static<typeof Have>;

export interface GatewaySays {
  have: HeldEntry[];
  documents: DesiredDocument[];
  figures?: GatewayFigures;
}

export interface CloudSays {
  timeMs: number;
  documents: DesiredDocument[];
  want: string[];
  retell: string[];
}

const checkFromGateway = compileValidator(FromGateway);
const checkFromCloud = compileValidator(FromCloud);
const failed = (problem: string) => new Error(problem);

/** Documents beyond the size of a message are left out, and come with a later one. */
export function encodeGatewaySays({ have, documents, figures }: GatewaySays): Buffer {
  const [fitting = []] = inMessages(documents);
  return encode({ have, ...(fitting.length > 0 && { documents: fitting }), ...(figures && { figures }) });
}

/** Returns the messages that say it, one at least. */
export function encodeCloudSays({ timeMs, documents, want, retell }: CloudSays): Buffer[] {
  const [first = [], ...more] = inMessages(documents);
  const asked = { ...(want.length > 0 && { want }), ...(retell.length > 0 && { retell }) };
  return [
    encode({ timeMs, documents: first, ...asked }),
    ...more.map((some) => encode({ timeMs, documents: some })),
  ];
}

/** Null if this program does not understand it. Never throws. */
export function parseGatewaySays(message: Buffer): GatewaySays | null {
  const said = parsed(message, checkFromGateway);
  if (!said) return null;
  const figures = understoodFigures(said.figures);
  return { have: said.have, documents: understood(said.documents), ...(figures && { figures }) };
}

/** Null if this program does not understand it. Never throws. */
export function parseCloudSays(message: Buffer): CloudSays | null {
  const said = parsed(message, checkFromCloud);
  if (!said) return null;
  const { timeMs, want = [], retell = [] } = said;
  return { timeMs, documents: understood(said.documents), want, retell };
}

function parsed<T>(
  message: Buffer,
  check: (value: unknown, fail: (problem: string) => Error) => T,
): T | null {
  if (message.length > exchangeLimits.bytesMax) return null;
  try {
    return check(JSON.parse(message.toString('utf8')), failed);
  } catch {
    return null;
  }
}

const understood = (documents: readonly unknown[] = []) =>
  documents.flatMap((each) => understoodDocument(each) ?? []);

/** Half of a message is left for the rest of it. */
function inMessages(documents: readonly DesiredDocument[]): DesiredDocument[][] {
  const messages: DesiredDocument[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const document of documents) {
    const size = Buffer.byteLength(JSON.stringify(document)) + 1;
    if (bytes + size > exchangeLimits.bytesMax / 2) {
      messages.push([]);
      bytes = 0;
    }
    messages.at(-1)!.push(document);
    bytes += size;
  }
  return messages;
}

const encode = (content: object) => Buffer.from(JSON.stringify({ version: 1, ...content }));
