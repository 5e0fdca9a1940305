import type { TSchema } from '@sinclair/typebox';
import { notifiers } from '../../../shared/notifiers/notifiers.ts';
import { partOfKind } from '../../../shared/parts/registry.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';

/** A notifier's configuration as read from the file's table, with its defaults. */
export function validConfig(kind: string, table: Record<string, unknown>): object {
  const schema: TSchema = partOfKind(notifiers, kind).config;
  return compileValidator(schema)(table, (problem) => new Error(problem)) as object;
}
