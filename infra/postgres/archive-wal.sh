#!/bin/sh
# archive_command of PostgreSQL: archive-wal.sh <path of the segment> <its name> <archive>
#
# A segment is in the archive whole or not at all, on the disk before PostgreSQL is told so, and never replaced by
# another: two servers that archive into one directory are a mistake that must be seen. One that was archived just before
# a crash comes a second time, and is then the same.
set -eu
segment=$1 name=$2 archive=$3
if [ ! -d "$archive" ]; then
  echo "archive-wal: there is no directory $archive: make it, writable for the user of PostgreSQL" >&2
  exit 1
fi
if [ -e "$archive/$name" ]; then
  cmp -s "$segment" "$archive/$name" && exit 0
  echo "archive-wal: $archive/$name is there and is another: does a second server archive here?" >&2
  exit 1
fi
incoming="$archive/.$name.$$"
trap 'rm -f "$incoming"' EXIT
cp "$segment" "$incoming"
sync "$incoming"
mv "$incoming" "$archive/$name"
sync "$archive"
