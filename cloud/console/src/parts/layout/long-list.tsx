import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { drawnOf, offsetsOf } from './window-model.ts';

interface Props<T> {
  items: readonly T[];
  keyOf(item: T): string;
  /** Its height in pixels, which its style must give it. `isNarrow`: on a phone or tablet. */
  heightOf(item: T, isNarrow: boolean): number;
  /** Draws one with its place in the list, which screen readers are told. */
  draw(item: T, place: { 'aria-posinset': number; 'aria-setsize': number; style: { height: string } }): VNode;
  class: string;
  onTouched(): void;
}

const narrow = '(max-width: 1000px)';

/** A list that scrolls with the page, of which only what is in sight is drawn. The arrow keys go from row to row. */
export function LongList<T>(props: Props<T>): VNode {
  const element = useRef<HTMLOListElement>(null);
  // Before it is on a page, the first screen is drawn.
  const [sight, setSight] = useState({ top: 0, height: 1_200, isNarrow: false });
  useEffect(() => {
    let asked = 0;
    const look = () => {
      asked = 0;
      if (!element.current) return;
      const top = -element.current.getBoundingClientRect().top;
      setSight((before) => {
        const next = { top, height: window.innerHeight, isNarrow: window.matchMedia(narrow).matches };
        const isSame = Math.abs(before.top - top) < 40 && before.height === next.height;
        return isSame && before.isNarrow === next.isNarrow ? before : next;
      });
    };
    const soon = () => {
      asked ||= window.requestAnimationFrame(look);
    };
    look();
    window.addEventListener('scroll', soon, { passive: true });
    window.addEventListener('resize', soon);
    return () => {
      window.cancelAnimationFrame(asked);
      window.removeEventListener('scroll', soon);
      window.removeEventListener('resize', soon);
    };
  }, []);

  const heights = props.items.map((item) => props.heightOf(item, sight.isNarrow));
  const { from, to, above, below } = drawnOf(offsetsOf(heights), sight.top, sight.height);
  return (
    <ol
      class={props.class}
      ref={element}
      style={{ paddingTop: `${above}px`, paddingBottom: `${below}px` }}
      onPointerMove={props.onTouched}
      onKeyDown={(event) => {
        if (moveFocus(event)) props.onTouched();
      }}
    >
      {props.items.slice(from, to).map((item, i) =>
        props.draw(item, {
          'aria-posinset': from + i + 1,
          'aria-setsize': props.items.length,
          style: { height: `${heights[from + i]}px` },
        }),
      )}
    </ol>
  );
}

function moveFocus(event: KeyboardEvent): boolean {
  const isDown = event.key === 'ArrowDown';
  if (!isDown && event.key !== 'ArrowUp') return false;
  let next = (event.target as Element).closest('li');
  do next = (isDown ? next?.nextElementSibling : next?.previousElementSibling) as HTMLLIElement | null;
  while (next && !next.querySelector('a'));
  next?.querySelector('a')?.focus();
  event.preventDefault();
  return true;
}
