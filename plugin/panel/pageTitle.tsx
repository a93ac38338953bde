import { useEffect, useRef } from 'preact/hooks';

/** The heading of a page. It takes the focus as the page opens, so that the keyboard and a screen reader go on from there. */
export function PageTitle({ text }: { text: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h2 ref={heading} tabIndex={-1}>
      {text}
    </h2>
  );
}
