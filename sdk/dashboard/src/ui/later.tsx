/* SPDX-License-Identifier: MIT */
import { useEffect, useState, type ComponentType } from 'react';

/** Milliseconds until a part that could not be loaded is tried again. */
const AGAIN_AFTER = 2000;

type Load<Props> = () => Promise<{ default: ComponentType<Props> }>;

interface WaitProps {
  what: string;
  failed: boolean;
  className: string;
}

function Wait({ what, failed, className }: WaitProps) {
  if (!failed) return <p className={`${className} muted`}>Loading {what}…</p>;
  return (
    <div className={`${className} later`} role="status">
      <p>The host does not give {what} to this page. It is asked again and again.</p>
      <p className="muted">After an update of the host the page has to be loaded anew.</p>
      <button type="button" className="button" onClick={() => window.location.reload()}>
        Load the page anew
      </button>
    </div>
  );
}

/**
 * A component that is loaded when it is first shown. Unlike with React's `lazy`, a host that is away
 * at that moment costs no more than the wait.
 * @param what names it, such as "the chart".
 * @param className of what stands in its place until then.
 */
export function later<Props extends object>(load: Load<Props>, what: string, className: string) {
  let loaded: ComponentType<Props> | null = null;
  let loading: Promise<void> | null = null;

  /** One attempt, whoever waits for it. */
  function attempt(): Promise<void> {
    loading ??= load()
      .then((module) => void (loaded = module.default))
      .finally(() => void (loading = null));
    return loading;
  }

  return function Later(props: Props) {
    const [Part, show] = useState(() => loaded);
    const [failed, setFailed] = useState(false);

    useEffect(() => {
      if (Part) return undefined;
      let timer: ReturnType<typeof setTimeout> | undefined;
      let left = false;
      const again = () =>
        void attempt().then(
          () => left || show(() => loaded),
          () => {
            if (left) return;
            setFailed(true);
            timer = setTimeout(again, AGAIN_AFTER);
          },
        );
      again();
      return () => {
        left = true;
        clearTimeout(timer);
      };
    }, [Part]);

    if (Part) return <Part {...props} />;
    return <Wait {...{ what, failed, className }} />;
  };
}
