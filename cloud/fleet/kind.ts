import type { TObject } from '@sinclair/typebox';

/** A kind of document, at the side of the cloud: a folder in kinds/, and a line in kinds/kinds.ts. */
export interface FleetKind {
  kind: string;
  /** One sentence for people. */
  about: string;
  /** The schema of its content. */
  body: TObject;
  /** Says what is wrong with content that fits the schema, or with where and until when it is wanted; null if nothing is. */
  problem(body: Record<string, unknown>, asked: { gateway?: string; untilMs?: number }): string | null;
  /** A name by which content that replaces this has the same. */
  nameOf(body: Record<string, unknown>): string;
  /** Says it in words. */
  text(body: Record<string, unknown>): string;
}
