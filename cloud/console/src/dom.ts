/**
 * The page's only way to make elements. Data always becomes text nodes or plain attributes, never markup, so a
 * machine's name or an alert's reason can contain anything.
 */
export type Child = Node | string | number | null | undefined | false;

export interface Props {
  class?: string;
  /** Event listeners by event name. */
  on?: { [name: string]: (event: Event) => void };
  [attribute: string]: unknown;
}

function apply(element: Element, props: Props, children: Child[]): void {
  for (const [name, value] of Object.entries(props)) {
    if (name === 'on') {
      for (const [event, listener] of Object.entries(props.on ?? {}))
        element.addEventListener(event, listener);
    } else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== null && value !== false)
      element.setAttribute(name, String(value));
  }
  element.append(...nodesOf(children));
}

function nodesOf(children: Child[]): (Node | string)[] {
  return children
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (typeof child === 'number' ? String(child) : child));
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  apply(element, props, children);
  return element;
}

export function svg(tag: string, props: Props = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  apply(element, props, children);
  return element;
}

export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren(...nodesOf(children));
}

/** Sets the text only if it differs: most updates change little, and an unchanged text keeps its selection. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setClass(element: Element, name: string): void {
  if (element.getAttribute('class') !== name) element.setAttribute('class', name);
}

/** Makes `wanted` the children of `parent`, in this order. It moves as few as possible and keeps the focus. */
export function arrange(parent: Element, wanted: Element[]): void {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  const focused = document.activeElement;
  wanted.forEach((element, i) => {
    if (parent.children[i] !== element) parent.insertBefore(element, parent.children[i] ?? null);
  });
  if (focused instanceof HTMLElement && focused !== document.activeElement && parent.contains(focused)) {
    focused.focus({ preventScroll: true });
  }
}

/**
 * Fills `parent` with one element per item, in order. The element of a key is made once and kept while the key is
 * present: what a reader has opened in it stays open. The content of an item must not change under the same key.
 */
export function keyedList<T>(
  parent: Element,
  { keyOf, make }: { keyOf(item: T): string; make(item: T): Element },
): (items: readonly T[]) => void {
  let shown = new Map<string, Element>();
  return (items) => {
    shown = new Map(
      items.map((item) => {
        const key = keyOf(item);
        return [key, shown.get(key) ?? make(item)];
      }),
    );
    arrange(parent, [...shown.values()]);
  };
}
