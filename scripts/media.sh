# Sourced. find_media_tools installs what makes and looks through pictures,
# videos and sounds for the tests, where that is allowed.

MEDIA_WHY=""

find_media_tools() {
	if ! have_media_tools && may_install; then
		echo "installing ffmpeg, ExifTool and ImageMagick for the tests"
		as_root apt-get update -qq </dev/null &&
			as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq ffmpeg libimage-exiftool-perl imagemagick libheif-examples </dev/null >/dev/null || true
	fi
	have_media_tools || MEDIA_WHY="ffmpeg, ExifTool, ImageMagick and heif-enc are not all installed and may not be installed from here"
}

have_media_tools() {
	command -v ffmpeg >/dev/null && command -v exiftool >/dev/null && command -v convert >/dev/null && command -v heif-enc >/dev/null
}
