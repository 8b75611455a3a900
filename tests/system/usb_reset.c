/* SPDX-License-Identifier: Apache-2.0 */
/* Reset the port a USB device is in: usb_reset /dev/bus/usb/BUS/DEVICE */
#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const int fd = argc == 2 ? open(argv[1], O_WRONLY) : -1;

	if (fd < 0 || ioctl(fd, USBDEVFS_RESET, 0)) {
		perror(argc == 2 ? argv[1] : "usb_reset DEVICE");
		return 1;
	}
	close(fd);
	return 0;
}
