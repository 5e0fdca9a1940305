/** Version that a rollback brings back. */
import { expect, it } from 'vitest';
import { beforeOf } from './models.ts';

const documentOf = (differs: string | null) => ({
  body: { role: 'active', machineType: 'pump', model: 'pump-rul@2.2.0', before: 'pump-rul@2.1.0' },
  gateways: [{ gateway: 'gw-1', version: 1, state: 'in-force', atMs: 0, differs }],
});

it('a promotion remembers the version that it replaces, and none that gateways have taken back', () => {
  expect(beforeOf('pump-rul@2.3.0', undefined)).toBeUndefined();
  expect(beforeOf('pump-rul@2.3.0', documentOf(null))).toBe('pump-rul@2.2.0');
  expect(beforeOf('pump-rul@2.2.0', documentOf(null))).toBe('pump-rul@2.1.0');
  const takenBack = documentOf('it is refused: it was rolled back: half of its answers failed');
  expect(beforeOf('pump-rul@2.3.0', takenBack)).toBe('pump-rul@2.1.0');
});
