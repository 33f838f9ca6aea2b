import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './page.module.css';

/** A page: its heading with what it is about, its actions, its content. `wide` takes the whole width and height. */
export function Page({
  title,
  about,
  actions,
  wide = false,
  children,
}: {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={classes.page} data-wide={wide || undefined}>
      <header className={classes.head}>
        <div className={classes.words}>
          <h1 className={classes.title}>{title}</h1>
          {about !== undefined && <div className={classes.about}>{about}</div>}
        </div>
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** The page while its code loads: the heading stands where it will stand. */
export function PageSkeleton({ title }: { title: string }) {
  const { t } = useTranslation();
  return (
    <Page title={title} about={<Bone width={240} />}>
      <p className="visually-hidden" role="status">
        {t('common.loading')}
      </p>
      <div className={classes.bones} aria-hidden>
        <Bone height={160} />
        <Bone height={160} />
      </div>
    </Page>
  );
}

/** A grey place holder of the size of what will come, so that nothing moves when it does. */
export function Bone({ width, height = 12 }: { width?: number | string; height?: number }) {
  return <span className={classes.bone} style={{ width: width ?? '100%', height }} aria-hidden />;
}
