import { describe, expect, it } from 'vitest';
import { breaksFloors, breaksParts, breaksRooms, breaksSharedRooms } from './rules.ts';

const edge = (from: string, to: string) => ({ from, to });

describe('the rules detect', () => {
  it('an import from one side to the other, or up to a composing or testing folder', () => {
    expect(breaksFloors(edge('gateway/a.ts', 'cloud/b.ts'))).toBe(true);
    expect(breaksFloors(edge('shared/runtime/a.ts', 'gateway/b.ts'))).toBe(true);
    expect(breaksFloors(edge('deploy/cli/a.ts', 'test/load/b.ts'))).toBe(true);
    expect(breaksFloors(edge('cloud/api/a.test.ts', 'test/support/b.ts'))).toBe(false);
    expect(breaksFloors(edge('gateway/a.ts', 'shared/runtime/b.ts'))).toBe(false);
  });

  it('an import of another room, or of the file that composes the room', () => {
    expect(breaksRooms(edge('gateway/journal/a.ts', 'gateway/uplink/b.ts'))).toBe(true);
    expect(breaksRooms(edge('gateway/journal/a.ts', 'gateway/gateway.ts'))).toBe(true);
    expect(breaksRooms(edge('gateway/ports/a.ts', 'gateway/gateway.ts'))).toBe(true);
    expect(breaksRooms(edge('gateway/journal/a.ts', 'gateway/ports/journal.ts'))).toBe(false);
    expect(breaksRooms(edge('gateway/journal/a.ts', 'gateway/journal/segments/b.ts'))).toBe(false);
    expect(breaksRooms(edge('gateway/gateway.ts', 'gateway/journal/a.ts'))).toBe(false);
    expect(breaksRooms(edge('gateway/pipeline/a.ts', 'gateway/decode/b.ts'))).toBe(false);
    expect(breaksRooms(edge('gateway/pipeline/a.ts', 'gateway/watch/b.ts'))).toBe(true);
  });

  it('an import of a room of shared beside or above', () => {
    expect(breaksSharedRooms(edge('shared/contract/a.ts', 'shared/domain/b.ts'))).toBe(true);
    expect(breaksSharedRooms(edge('shared/runtime/a.ts', 'shared/files/b.ts'))).toBe(true);
    expect(breaksSharedRooms(edge('shared/model/a.ts', 'shared/domain/b.ts'))).toBe(false);
  });

  it('an import of the inside of a part', () => {
    const parts = new Set(['shared/notifiers/ntfy', 'shared/notifiers/email']);
    const ntfy = 'shared/notifiers/ntfy';
    expect(breaksParts(edge('shared/notifiers/notifiers.ts', `${ntfy}/ntfy.ts`), parts)).toBe(true);
    expect(breaksParts(edge('cloud/alerts/alerts.ts', `${ntfy}/part.ts`), parts)).toBe(true);
    expect(breaksParts(edge('shared/notifiers/email/a.ts', `${ntfy}/part.ts`), parts)).toBe(true);
    expect(breaksParts(edge('shared/notifiers/notifiers.ts', `${ntfy}/part.ts`), parts)).toBe(false);
    expect(breaksParts(edge(`${ntfy}/part.ts`, `${ntfy}/ntfy.ts`), parts)).toBe(false);
  });
});
