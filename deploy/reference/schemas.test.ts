import { type TSchema, Type } from '@sinclair/typebox';
import { expect, it } from 'vitest';
import { CloudConfig } from '../../cloud/config.ts';
import { GatewayConfig } from '../../gateway/config.ts';
import { eventSchemas } from '../../shared/contract/events.ts';
import { MachineType } from '../../shared/domain/machine-type.ts';
import { composedCheck } from '../../shared/runtime/schema/check.ts';
import { comparedWithAjv } from '../../shared/runtime/schema/values.testing.ts';

const schemas: [string, TSchema][] = [
  ['the gateway’s configuration', GatewayConfig],
  ['the cloud’s configuration', CloudConfig],
  ['a machine type', MachineType],
  ...Object.entries(eventSchemas).map(([name, schema]): [string, TSchema] => [name, schema]),
];

it.each(schemas)('%s is checked as Ajv checks it, and Ajv is not loaded for valid ones', (_name, schema) => {
  expect(composedCheck(schema)).not.toBeNull();
  comparedWithAjv(schema, 60);
  // A whole configuration of chance is hardly ever valid, but each of its tables often is.
  const tables = Object.values((schema.properties ?? {}) as Record<string, TSchema>);
  const validOf = (table: TSchema) => comparedWithAjv(Type.Object({ table: Type.Optional(table) }), 25);
  // Some tables are seldom valid: they are tried until one is.
  const tried = tables.map((table) => Array.from({ length: 20 }).some(() => validOf(table) > 0));
  expect(tried).not.toContain(false);
});
