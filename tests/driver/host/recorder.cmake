# Tests of the record; included by CMakeLists.txt of this folder.
add_library(sg_test_record STATIC record_fixture.c)
target_include_directories(sg_test_record PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(sg_test_record PRIVATE sg_flags PUBLIC sg_driver sg_test_bdf)

foreach(subject documents recorder recorder_crash recorder_disk record_repair)
  sg_test(test_${subject} SOURCES test_${subject}.c LIBS sg_test_record)
endforeach()
sg_test(test_disk_thread SOURCES test_disk_thread.c LIBS sg_driver)
foreach(subject recorder_slow_disk spool)
  sg_test(test_${subject} SOURCES test_${subject}.c slow_disk.c LIBS sg_test_record)
endforeach()

# The documents are read back by somebody else's parser.
find_package(PkgConfig REQUIRED)
pkg_check_modules(CJSON REQUIRED IMPORTED_TARGET libcjson)
sg_test(test_recorder_documents SOURCES test_recorder_documents.c LIBS sg_test_record PkgConfig::CJSON)
