/** Finds circles in a graph of imports, between files and between the entries of one folder. */
import type { Edge } from './imports.ts';

interface Visit {
  index: number;
  /** The lowest index that can be reached from this node. */
  low: number;
  onStack: boolean;
}

/** Strongly connected components of more than one node (Tarjan). */
export function circlesOf(edges: readonly Edge[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) {
    if (from === to) continue;
    next.set(from, [...(next.get(from) ?? []), to]);
  }
  const visits = new Map<string, Visit>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (node: string): Visit => {
    const own = { index: visits.size, low: visits.size, onStack: true };
    visits.set(node, own);
    stack.push(node);
    for (const to of next.get(node) ?? []) {
      const known = visits.get(to);
      if (!known) own.low = Math.min(own.low, visit(to).low);
      else if (known.onStack) own.low = Math.min(own.low, known.index);
    }
    if (own.low < own.index) return own;
    const circle = stack.splice(stack.lastIndexOf(node));
    for (const member of circle) visits.get(member)!.onStack = false;
    if (circle.length > 1) circles.push(circle.sort());
    return own;
  };
  for (const node of next.keys()) if (!visits.has(node)) visit(node);
  return circles;
}

/** Circles between the files and the sub-folders of `folder` ('' is the root), as their names in it. */
export function circlesIn(folder: string, edges: readonly Edge[]): string[][] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const inside = edges.filter(({ from, to }) => from.startsWith(prefix) && to.startsWith(prefix));
  const nameOf = (path: string) => path.slice(prefix.length).split('/')[0]!;
  return circlesOf(inside.map(({ from, to }) => ({ from: nameOf(from), to: nameOf(to) })));
}
