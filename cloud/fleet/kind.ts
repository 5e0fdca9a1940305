import type { TObject } from '@sinclair/typebox';

/** A kind of document, at the side of the cloud: a folder in kinds/, and a line in kinds/kinds.ts. */
export interface FleetKind {
  kind: string;
  /** One sentence for people. */
  about: string;
  /** The schema of its content. */
  body: TObject;
  /** Says what is wrong with content that fits the schema; null if nothing is. */
  problem(body: Record<string, unknown>): string | null;
  /** A name by which content that replaces this has the same. */
  nameOf(body: Record<string, unknown>): string;
  /** Says it in words. */
  text(body: Record<string, unknown>): string;
}
