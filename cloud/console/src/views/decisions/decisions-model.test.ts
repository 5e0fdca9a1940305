import { describe, expect, it } from 'vitest';
import { decisionOf } from '../../plant.testing.ts';
import { DecisionPages } from './decisions-model.ts';

const page = (next: string | null, ...ids: string[]) => ({
  items: ids.map((decisionId) => decisionOf({ decisionId })),
  next,
});
const idsOf = (pages: DecisionPages) => pages.items.map(({ decisionId }) => decisionId);

/** Pages after the first answer, which holds decisions 4 and 3 and has older ones. */
function opened(): DecisionPages {
  const pages = new DecisionPages('leeds/pump-1');
  pages.take(pages.request('first', 0), page('before-3', '4', '3'));
  return pages;
}

describe('decisions', () => {
  it('are asked for by subject, from the newest on, then from where the last page ended', () => {
    const pages = opened();
    const subject = 'leeds/pump-1';
    expect(pages.request('first', 0).query).toEqual({ subject, limit: 50, before: undefined });
    expect(pages.request('older', 0).query).toEqual({ subject, limit: 50, before: 'before-3' });
  });

  it('grow by older ones until there are no more', () => {
    const pages = opened();
    expect(pages.hasOlder).toBe(true);
    expect(pages.take(pages.request('older', 0), page(null, '2', '1'))).toBe('changed');
    expect(idsOf(pages)).toEqual(['4', '3', '2', '1']);
    expect(pages.hasOlder).toBe(false);
  });

  it('are refreshed every ten seconds', () => {
    const pages = opened();
    expect(pages.isRefreshDue(10_000, false)).toBe(false);
    expect(pages.isRefreshDue(10_001, false)).toBe(true);
    const request = pages.request('first', 10_001);
    expect(pages.isRefreshDue(60_000, false)).toBe(false);
    expect(pages.take(request, page('before-4', '5', '4'))).toBe('changed');
    expect(idsOf(pages)).toEqual(['5', '4']);
    expect(pages.isRefreshDue(60_000, false)).toBe(true);
  });

  it('are not refreshed while somebody reads them or looks at older ones', () => {
    const pages = opened();
    expect(pages.isRefreshDue(60_000, true)).toBe(false);
    pages.take(pages.request('older', 0), page(null, '2'));
    expect(pages.isRefreshDue(60_000, false)).toBe(false);
  });

  it('are left as they are by a refresh that finds nothing new', () => {
    const pages = opened();
    expect(pages.take(pages.request('first', 0), page('before-3', '4', '3'))).toBe('unchanged');
    const empty = new DecisionPages(undefined);
    expect(empty.take(empty.request('first', 0), page(null))).toBe('changed');
    expect(empty.take(empty.request('first', 0), page(null))).toBe('unchanged');
  });

  it('keep the older ones when a refresh that was made before answers after them', () => {
    const pages = opened();
    const refresh = pages.request('first', 0);
    pages.take(pages.request('older', 1), page(null, '2'));
    expect(pages.take(refresh, page('before-4', '5', '4'))).toBe('outdated');
    expect(idsOf(pages)).toEqual(['4', '3', '2']);
  });

  it('come once when older ones are asked for twice', () => {
    const pages = opened();
    const requests = [pages.request('older', 0), pages.request('older', 1)];
    expect(requests.map((request) => pages.take(request, page(null, '2')))).toEqual(['outdated', 'changed']);
    expect(idsOf(pages)).toEqual(['4', '3', '2']);
  });

  it('report a failure unless a refresh failed behind what is shown', () => {
    const pages = new DecisionPages(undefined);
    expect(pages.fail(pages.request('first', 0))).toBe(true);
    pages.take(pages.request('first', 0), page('before-3', '4'));
    expect(pages.fail(pages.request('first', 0))).toBe(false);
    expect(pages.fail(pages.request('older', 0))).toBe(true);
    expect(pages.isRefreshDue(60_000, false)).toBe(true);
  });
});
