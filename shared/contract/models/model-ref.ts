/**
 * Models (shared/contract/models): how both sides name versions of models, choose machines for them, and tell what one says beside
 * another. Documents about models are in ../fleet/models.ts.
 */
import { identifierPattern } from '../topics.ts';

/** A version of a model: `pump-rul@2.1.0`. */
export interface ModelRef {
  name: string;
  version: string;
}

/** Pattern of versions, wherever one is written. */
export const versionPattern = '^\\d{1,9}\\.\\d{1,9}\\.\\d{1,9}$';

const form = new RegExp(`^(${identifierPattern.slice(1, -1)})@(${versionPattern.slice(1, -1)})$`);

/** Null if it is none. */
export function parsedRef(text: string): ModelRef | null {
  const found = form.exec(text);
  return found && { name: found[1]!, version: found[2]! };
}

export const refText = ({ name, version }: ModelRef): string => `${name}@${version}`;

export const isSameRef = (a: ModelRef | null, b: ModelRef | null): boolean =>
  a?.name === b?.name && a?.version === b?.version;
