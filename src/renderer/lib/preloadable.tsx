import { type ComponentType, lazy, useState } from 'react';

export interface Preloadable<Props extends object> {
  /** As made by `lazy`; drawn at once when it was loaded before, without a fallback. */
  readonly Component: ComponentType<Props>;
  /** Begins to load it, or waits for what began. Never rejects: what cannot be loaded fails where it is drawn. */
  preload(): Promise<void>;
}

/**
 * A part of the window that is loaded when it is first needed, or shortly before. React draws a `lazy` component's fallback even when its
 * module is there already, and then keeps it for 300 ms (`FALLBACK_THROTTLE_MS`); this one knows what is there.
 */
export function preloadable<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): Preloadable<Props> {
  let loading: Promise<{ default: ComponentType<Props> }> | undefined;
  let loaded: ComponentType<Props> | undefined;
  const loadOnce = () => {
    loading ??= load().then(
      (module) => {
        loaded = module.default;
        return module;
      },
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  const Lazy: ComponentType<Props> = lazy(loadOnce);
  return {
    Component(props) {
      // What it was first drawn with it keeps: another type of component would lose the state of what is within.
      const [Shown] = useState<{ type: ComponentType<Props> }>(() => ({ type: loaded ?? Lazy }));
      return <Shown.type {...props} />;
    },
    async preload() {
      await loadOnce().catch(() => {});
    },
  };
}
