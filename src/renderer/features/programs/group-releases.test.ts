import { expect, test } from 'vitest';
import { releases } from '../../../../test/fakes/client/programs.ts';
import { groupReleases, orphansOf } from './group-releases.ts';

const name = ({ platform, version }: { platform: string; version: string }) => `${platform} ${version}`;

test('A16: this machine first, newest first, programs with nothing for it at the end', () => {
  const groups = groupReleases(releases, 'macos', 'es');
  expect(groups.map(({ productName, mine }) => [productName, mine.length])).toEqual([
    ['Pórtico', 1],
    ['Viga', 0],
    ['Zapata', 0],
  ]);
  expect(groups[1]?.others.map(name)).toEqual(['linux 2026.1', 'windows 2026.1', 'windows 2025.3']);
});

test('a preview does not stand before the version that most people want', () => {
  const portico = groupReleases(releases, 'windows', 'es')[0];
  expect(portico?.mine.map(({ version, channel }) => [version, channel])).toEqual([
    ['2026.1', 'stable'],
    ['2026.2', 'preview'],
  ]);
});

test('versions compare by their numbers, not by their letters', () => {
  const [first] = releases;
  if (first === undefined) throw new Error('no release');
  const list = ['2026.9', '2026.10', '2026.2'].map((version) => ({ ...first, version }));
  expect(groupReleases(list, first.platform, 'es')[0]?.mine.map(({ version }) => version)).toEqual([
    '2026.10',
    '2026.9',
    '2026.2',
  ]);
});

test('a download stays in sight when its release is gone', () => {
  const [first, second] = releases;
  if (first === undefined || second === undefined) throw new Error('no releases');
  const download = {
    fileName: 'a',
    state: 'paused',
    received: 0,
    size: 1,
    rate: 0,
    path: null,
    problem: null,
  } as const;
  const downloads = [first, second].map(({ id }) => ({ ...download, releaseId: id }));
  expect(orphansOf(downloads, [first]).map(({ releaseId }) => releaseId)).toEqual([second.id]);
});
