import { Component, type ErrorInfo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import classes from './error-boundary.module.css';
import { TroubleView } from './trouble-view.tsx';

interface Props {
  readonly children: ReactNode;
  /** When it changes, what failed is tried again. */
  readonly resetKey: string;
}

/** A part of the window that failed to load or to draw says so in its place; the rest goes on. */
export class ErrorBoundary extends Component<Props, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override componentDidUpdate(before: Props): void {
    if (before.resetKey !== this.props.resetKey && this.state.failed) this.setState({ failed: false });
  }

  override render(): ReactNode {
    return this.state.failed ? <Failed /> : this.props.children;
  }
}

function Failed() {
  const { t } = useTranslation();
  return (
    <div className={classes.place}>
      <TroubleView trouble={{ code: 'internal' }} live>
        <Button size="sm" onClick={() => location.reload()}>
          {t('common.reload')}
        </Button>
      </TroubleView>
    </div>
  );
}
