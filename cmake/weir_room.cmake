# weir_room(NAME SOURCES … USES …): a room is one static library, linked privately to what it uses.
# All but text itself use text.
function(weir_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;USES" ${ARGN})
  add_library(weir_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(weir_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(weir_${name} PRIVATE weir_options ${ROOM_USES})
  if(NOT name STREQUAL text)
    target_link_libraries(weir_${name} PRIVATE weir_text)
  endif()
endfunction()
